/** Pages and badges on loopback, over a real store with records under keys that are made here. */
import {rmSync, mkdtempSync} from 'node:fs'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {once} from 'node:events'
import {serve} from '@hono/node-server'
import {Hono} from 'hono'
import {secureHeaders} from 'hono/secure-headers'
import {type Origin, type Receipt, parseOrigin, parsePinnedKeys, printVerifierKey, readTokenKeys} from '#protocol'
import {badgeRoutes} from '../../../issuer/pages/badge/routes.ts'
import {signCheckpoint} from '../../../issuer/keys/checkpoint-signer.ts'
import {ledgerRoutes} from '../../../issuer/api/ledger-routes.ts'
import {mintFirstEntry} from '../../../issuer/mint/mint-record.ts'
import type {Durable} from '../../../issuer/model/durable.ts'
import {publicViewer} from '../../../issuer/model/viewer.ts'
import type {ReadCaller} from '../../../issuer/pages/tools.ts'
import {pageRoutes} from '../../../issuer/pages/routes.ts'
import type {Signer} from '../../../issuer/model/signer.ts'
import {openSqlite} from '../../../issuer/store/sqlite.ts'
import {type TestKey, makeKey} from '../../protocol/builders.ts'
import {makeTokenKey} from '../../protocol/token-builders.ts'
import {repositoryId} from '../../stores/builders.ts'
import {must} from '../builders.ts'
import {type Records, writeRecords} from './records.ts'

export interface Stage extends Records {
  readonly durable: Durable
  readonly url: string
  readonly key: TestKey
  /** The one before it, which is still trusted. */
  readonly olderKey: TestKey
  /** One before that, which was stolen. */
  readonly revokedKey: TestKey
  readonly ledgerKey: string
  /** From then on nothing can be read; `close` does not mind. */
  readonly closeStore: () => void
  /** What the routes reported. */
  readonly faults: readonly unknown[]
  /** Moves the issuer's clock; milliseconds. */
  readonly setNow: (now: number) => void
  readonly signLedger: () => Promise<void>
  readonly receiptUrl: (receipt: Receipt) => string
  readonly close: () => Promise<void>
}

/** Ten minutes after the usual receipt was issued. */
export const asked = Date.parse('2026-04-02T14:40:00Z')

/** `?link=secret` is the caller who may read the private repositories too. */
const readCaller: ReadCaller = async (request) => {
  const isTrusted = new URL(request.url).searchParams.get('link') === 'secret'
  return Promise.resolve(
    isTrusted ? {repositories: [repositoryId(1296269), repositoryId(77)], owners: []} : publicViewer,
  )
}

const signerOf = (key: TestKey): Signer => ({
  publicKey: key.pin,
  sign: async (message) =>
    Promise.resolve(new Uint8Array(Buffer.from(key.signBytes(message).slice('ed25519:'.length), 'hex'))),
})

/** `issuer`: what it calls itself, where that is not the address that it listens at. `open`: another store than the usual. */
export async function openStage(issuer?: Origin, open: (path: string) => Durable = openSqlite): Promise<Stage> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-pages-'))
  const durable = open(join(folder, 'countersign.db'))
  const [key, olderKey, revokedKey, ledger, tokenKey] = [makeKey(), makeKey(), makeKey(), makeKey(), makeTokenKey()]
  const first = mintFirstEntry({
    host: 'countersign.example',
    random: '0123456789abcdef0123456789abcdef',
    keys: `sha256:${'4'.repeat(64)}`,
    now: asked - 86_400_000,
  })
  await durable.createLedger(first)
  const signLedger = async (): Promise<void> => {
    await signCheckpoint({...durable, signer: signerOf(ledger)})
  }
  await signLedger()
  const keys = parsePinnedKeys(`${key.pin}\n${olderKey.pin}\n${revokedKey.pin} revoked`)
  const tokenKeys = readTokenKeys(tokenKey.publicKey)
  if (!keys.ok || !tokenKeys.ok) throw new TypeError('the keys of this stage are no keys')
  let now = asked
  let isOpen = true
  const closeStore = (): void => {
    if (isOpen) durable.close()
    isOpen = false
  }
  const faults: unknown[] = []
  const ledgerKey = printVerifierKey(first.ledger, ledger.pin)
  const shared = {
    ...durable,
    keys: keys.value,
    tokenKeys: tokenKeys.value,
    readCaller,
    now: () => now,
    bearsName: () => Promise.resolve(true),
    reportFault: (fault: unknown) => void faults.push(fault),
  }
  const pages = {
    pin: key.pin,
    ledgerKey,
    github: 'https://github.com',
    action: 'octo-org/countersign@0123456789abcdef0123456789abcdef01234567',
  }
  const makeApp = (issuer: Origin): Hono => {
    const app = new Hono()
    app.use(secureHeaders())
    app.route(
      '/v1/ledger',
      ledgerRoutes({...durable, jobTokens: {verify: () => Promise.resolve(undefined)}, now: () => now}),
    )
    app.route('/badge', badgeRoutes(shared))
    app.route('/', pageRoutes({...shared, ...pages, issuer}))
    return app
  }
  const {server, url} = await listen(makeApp, issuer)
  return {
    ...writeRecords({durable, key, tokenKey, issuer: issuer ?? url}),
    durable,
    url,
    key,
    olderKey,
    revokedKey,
    ledgerKey,
    closeStore,
    faults,
    setNow: (moment) => void (now = moment),
    signLedger,
    receiptUrl: (receipt) => `${url}/r/${receipt.id}`,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
      await closed
      closeStore()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

/** The pages name their own address, which is known once the server listens. */
async function listen(
  makeApp: (issuer: Origin) => Hono,
  issuer: Origin | undefined,
): Promise<{server: ReturnType<typeof serve>; url: Origin}> {
  const served: {app?: Hono} = {}
  const server = serve({
    fetch: (request) => served.app?.fetch(request) ?? new Response(null, {status: 503}),
    hostname: '127.0.0.1',
    port: 0,
  })
  await once(server, 'listening')
  const url = must(parseOrigin(`http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  served.app = makeApp(issuer ?? url)
  return {server, url}
}
