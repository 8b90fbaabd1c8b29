/**
 * What the workers of a run of the tests share, in the process that outlives all its workers: what is slow to make is asked for here,
 * made when it is first asked for, and ends with the run.
 */
import {execFile} from 'node:child_process'
import {once} from 'node:events'
import {createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {compileCache} from '../../sandbox/programs.ts'
import {type Moto, startMoto} from './moto.ts'

/** `moto` is one for each worker: its files run one after the other, and each begins with an empty one. */
export type Order = 'moto' | 'lambda'

const root = join(import.meta.dirname, '..', '..')
const motos: Moto[] = []
const made = new Map<string, Promise<string>>()

/** Its address. */
export async function openShared(): Promise<string> {
  const server = createServer((request, response) => {
    const order = (request.url ?? '').slice(1)
    const making = made.get(order) ?? make(order)
    made.set(order, making)
    making.then(
      (answer) => response.end(answer),
      (fault: unknown) => response.writeHead(500).end(String(fault)),
    )
  })
  server.unref()
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** The answer is an address, or nothing. */
async function make(order: string): Promise<string> {
  if (order === 'lambda') {
    await promisify(execFile)(process.execPath, [join(root, 'scripts', 'lambda.ts')])
    // A function's process is only ever killed, so it would never write down what Node compiled for it.
    const once = `await import('${join(root, 'build', 'lambda', 'index.js')}'); process.exit()`
    await promisify(execFile)(process.execPath, ['--input-type=module', '--eval', once], {env: compileCache()})
    return ''
  }
  const moto = await startMoto()
  motos.push(moto)
  return moto.url
}

export async function closeShared(): Promise<void> {
  await Promise.all(motos.map((moto) => moto.close()))
}

/** What the run has of it. Undefined outside a run of the tests: then it is the asker's to make. */
export async function askShared(order: Order): Promise<string | undefined> {
  const address = process.env['COUNTERSIGN_TESTS_SHARED']
  if (address === undefined) return undefined
  const worker = order === 'moto' ? `-${process.env['JEST_WORKER_ID'] ?? ''}` : ''
  const answer = await fetch(`${address}/${order}${worker}`, {headers: {connection: 'close'}})
  if (!answer.ok) throw new Error(await answer.text())
  return await answer.text()
}
