/** moto's server on loopback, which ends when the process that started it does, however that comes about. */
import {spawn} from 'node:child_process'
import {once} from 'node:events'
import {existsSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

const packages = join(homedir(), '.cache', 'aws-emulator', 'moto', 'usr', 'lib', 'python3', 'dist-packages')
/** Why these tests cannot run, for the name of the skipped one. */
export const motoAbsent = existsSync(join(packages, 'moto', 'server.py'))
  ? undefined
  : 'moto is absent from ~/.cache/aws-emulator'

/** Its standard input is a pipe that only the one who started it can write to: its end is the end of that process. */
const program = `
import os, sys, threading
threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
from moto.server import main
main(['-H', '127.0.0.1', '-p', '0'])
`

export interface Moto {
  readonly url: string
  readonly close: () => Promise<void>
}

export async function startMoto(): Promise<Moto> {
  const child = spawn('/usr/bin/python3', ['-c', program], {
    env: {PYTHONPATH: packages, AWS_DEFAULT_REGION: 'eu-central-1'},
    stdio: ['pipe', 'ignore', 'pipe'],
  })
  // Asked for now: one that has ended meanwhile tells nobody any more.
  const ended = once(child, 'exit')
  let said = ''
  const url = await new Promise<string>((resolve, reject) => {
    child.stderr.on('data', (data: Buffer) => {
      said = `${said}${data.toString()}`.slice(-4000)
      const [found] = /http:\/\/127\.0\.0\.1:[1-9][0-9]*/.exec(said) ?? []
      if (found !== undefined) resolve(found)
    })
    child.once('exit', () => reject(new Error(`moto ended: ${said}`)))
  })
  return {
    url,
    close: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}
