/** Drives a sandbox in a process of its own: starts it, calls its actions by name, stops it. */

import {spawn} from 'node:child_process'
import {createInterface} from 'node:readline'
import {fileURLToPath} from 'node:url'

import type {ActionName, Actions, Outcome} from './actions.ts'

/** The same actions as in process, each a promise. */
export type RemoteActions = {
  readonly [Name in ActionName]: (...ask: Parameters<Actions[Name]>) => Promise<Awaited<Outcome<Name>>>
}

export interface RemoteSandbox {
  readonly url: string
  readonly oidcIssuer: string
  readonly world: RemoteActions
  readonly close: () => Promise<void>
}

interface Addresses {
  readonly url: string
  readonly oidcIssuer: string
  readonly control: string
}

export async function startSandboxProcess(args: readonly string[] = []): Promise<RemoteSandbox> {
  const program = fileURLToPath(new URL('server.ts', import.meta.url))
  const child = spawn(process.execPath, [program, ...args], {stdio: ['ignore', 'pipe', 'inherit']})
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const line = await new Promise<string>((resolve, reject) => {
    createInterface(child.stdout).once('line', resolve)
    child.once('error', reject)
    child.once('close', (code) => reject(new Error(`The sandbox ended with ${String(code)} before it was ready`)))
  })
  const {url, oidcIssuer, control} = JSON.parse(line) as Addresses
  const close = async (): Promise<void> => {
    child.kill('SIGTERM')
    await ended
  }
  return {url, oidcIssuer, world: remoteActions(control), close}
}

/** The actions of a sandbox that runs elsewhere; `control` is the address that it printed. */
function remoteActions(control: string): RemoteActions {
  return new Proxy({} as RemoteActions, {
    get: (_, name) =>
      typeof name === 'string' && name !== 'then' ? (ask?: unknown) => call(control, name, ask) : undefined,
  })
}

async function call(control: string, name: string, ask: unknown): Promise<unknown> {
  const headers = {'content-type': 'application/json'}
  const answer = await fetch(`${control}/${name}`, {method: 'POST', headers, body: JSON.stringify(ask ?? {})})
  const said = (await answer.json()) as {readonly answer?: unknown; readonly error?: string}
  if (said.error !== undefined) throw new Error(`${name}: ${said.error}`)
  return said.answer
}
