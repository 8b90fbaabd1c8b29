/** Set-up by itself on loopback, over a real folder and a GitHub of the test's choice. */
import {once} from 'node:events'
import {mkdtempSync, readdirSync, rmSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {serve} from '@hono/node-server'
import {Hono} from 'hono'
import {type Origin, parseOrigin} from '#protocol'
import {type KeepApp, keepApp} from '../../../issuer/home/kept-app.ts'
import {createConverter} from '../../../issuer/setup/convert.ts'
import {setupApp} from '../../../issuer/setup/routes.ts'
import {digestOfToken} from '../../../issuer/setup/session.ts'
import {makeKey} from '../../protocol/builders.ts'
import {must} from '../builders.ts'

export const token = 'ab'.repeat(32)

export interface SetupStage {
  readonly url: Origin
  /** Where the App's file comes to lie. */
  readonly folder: string
  /** What was logged, as text. */
  readonly log: readonly string[]
  readonly pin: string
  /** Milliseconds that the issuer's clock is ahead. */
  skew: number
  /** Of what keeps the token. */
  outage: Error | undefined
  /** What keeps the App. */
  keep: KeepApp
  readonly close: () => Promise<void>
}

export interface SetupOptions {
  readonly githubUrl: string
  /** Another address than its own. */
  readonly issuer?: string
  readonly timeLimitMs?: number
}

export async function openSetupStage({githubUrl, issuer, timeLimitMs}: SetupOptions): Promise<SetupStage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-setup-'))
  const log: string[] = []
  const note = (fields: object, message: string): void => void log.push(`${message} ${JSON.stringify(fields)}`)
  const door = new Hono()
  const server = serve({fetch: door.fetch, hostname: '127.0.0.1', port: 0})
  await once(server, 'listening')
  const {pin} = makeKey()
  const url = must(parseOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  let isOver = false
  const stage: SetupStage = {
    url,
    folder,
    log,
    pin,
    skew: 0,
    outage: undefined,
    keep: async (credentials) => Promise.resolve(keepApp(join(folder, 'countersign.db'), credentials)),
    close: async () => {
      await new Promise((resolve) => server.close(resolve))
      rmSync(folder, {recursive: true, force: true})
    },
  }
  const app = setupApp({
    issuer: issuer === undefined ? url : must(parseOrigin(issuer)),
    apiUrl: githubUrl,
    action: 'octo-org/countersign@main',
    tokenDigest: async () => {
      if (stage.outage !== undefined) throw stage.outage
      return Promise.resolve(isOver ? undefined : digestOfToken(token))
    },
    convert: createConverter({apiUrl: githubUrl, version: '0', timeLimitMs}),
    keep: async (credentials) => {
      const kept = await stage.keep(credentials)
      isOver = true
      return kept
    },
    keys: async () => Promise.resolve({pin}),
    now: () => Date.now() + stage.skew,
    log: {info: note, warn: note, error: note},
  })
  door.route('/', app)
  return stage
}

export const isKept = ({folder}: SetupStage): boolean => readdirSync(folder).includes('github-app.json')
