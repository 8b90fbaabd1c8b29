/** An issuer that waits for its App: keys and ledger are made, set-up is open, and everything else is refused. */
import {Hono} from 'hono'
import {printVerifierKey} from '#protocol'
import {action} from '../home/serving.ts'
import {keepApp} from '../home/kept-app.ts'
import type {Issuer} from '../home/node.ts'
import type {Base, Runtime} from '../home/open-base.ts'
import type {Secret} from '../keys/secret.ts'
import {createConverter} from './convert.ts'
import {setupApp} from './routes.ts'
import {digestOfToken} from './session.ts'

export interface Waiting {
  readonly base: Base
  readonly token: Secret
  /** Called once the App is kept: from then on the issuer serves. Never rejects. */
  readonly begin: () => Promise<void>
}

/** As an issuer that serves, with an app of its own. */
export type WaitingIssuer = Omit<Issuer, 'serving'> & {readonly app: Hono}

export async function openWaiting({base, token, begin}: Waiting, around: Runtime): Promise<WaitingIssuer> {
  const {config, durable, keys, ring} = base
  const {origin} = await durable.ledger.head()
  const ledgerKey = printVerifierKey(origin, keys.ledger.publicKey)
  const digest = digestOfToken(token.reveal())
  let isOver = false
  const app = waitingApp({...around, issuer: config.publicUrl})
  app.route(
    '/',
    setupApp({
      ...around,
      issuer: config.publicUrl,
      apiUrl: config.github.apiUrl,
      action,
      tokenDigest: () => Promise.resolve(isOver ? undefined : digest),
      convert: createConverter({apiUrl: config.github.apiUrl, version: around.version}),
      // From here the App is durable: a crash before `begin` is repaired by the next start, which finds it.
      keep: async (credentials) => {
        const kept = keepApp(config.databasePath, credentials)
        if (kept === 'kept') await begin()
        isOver = true
        return kept
      },
      keys: () => Promise.resolve({pin: ring.signer.publicKey, ledgerKey}),
    }),
  )
  const close = async (): Promise<void> => Promise.resolve(durable.close())
  return {app, pin: () => ring.signer.publicKey, ledgerKey, appId: undefined, close}
}

function waitingApp({version, issuer}: {readonly version: string; readonly issuer: string}): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.json({status: 'not_set_up', version}))
  const message = `this issuer has no GitHub App yet: whoever runs it opens ${issuer}/setup`
  app.notFound((c) => c.json({error: {code: 'not_set_up', message}}, 503))
  return app
}
