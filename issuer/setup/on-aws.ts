/** Set-up on AWS: its function alone reads the token and writes the App's secret, and it may do nothing else. */
import type {Hono} from 'hono'
import {action} from '../home/serving.ts'
import type {Env} from '../home/variables.ts'
import {readBaseConfig} from '../home/config.ts'
import {Secret} from '../keys/secret.ts'
import {makeLog} from '../home/log.ts'
import {createConverter} from './convert.ts'
import {setupApp} from './routes.ts'
import {digestOfToken, isSetupToken} from './session.ts'
import {fetchIfFilled, findAppSecret, isFilled, keepIn, openSecretsManager, shareWebhook} from '../home/aws/secrets.ts'
import {fetchPlaces, refusal} from '../home/aws/base.ts'
import {openReceiptKey} from '../home/aws/keys.ts'

/** Throws with every problem at once. */
export async function openSetup(env: Env, version: string, client = openSecretsManager()): Promise<Hono> {
  const {SETUP_TOKEN: tokenArn, COUNTERSIGN_GITHUB_WEBHOOK: _, ...others} = env
  const found = findAppSecret(others)
  if (tokenArn === undefined || found === undefined) throw refusal(['SETUP_TOKEN and COUNTERSIGN_GITHUB_APP: not set'])
  const {places, rest} = await fetchPlaces(found.rest, client)
  const configured = readBaseConfig(rest)
  if (!configured.ok) throw refusal(configured.fault)
  const {publicUrl: issuer, github, logLevel} = configured.value.config
  const token = (await fetchIfFilled(tokenArn, client)) ?? ''
  if (!isSetupToken(token)) throw refusal(['SETUP_TOKEN: the secret holds no set-up token'])
  const log = makeLog({level: logLevel, secrets: [new Secret(token)]})
  return setupApp({
    issuer,
    apiUrl: github.apiUrl,
    action,
    tokenDigest: async () => ((await isFilled(found.arn, client)) ? undefined : digestOfToken(token)),
    convert: createConverter({apiUrl: github.apiUrl, version}),
    keep: async (app) => {
      const kept = await keepIn(found.arn, client)(app)
      // Where this fails, the schedule's next round does it.
      if (kept === 'kept') {
        await shareWebhook(env, app, client).catch((fault: unknown) =>
          log.warn({err: fault}, 'the webhook could not be shared'),
        )
      }
      return kept
    },
    // The App is kept by then: a key that cannot be shown is told elsewhere.
    keys: async () =>
      await openReceiptKey(places).then(
        (pin) => ({pin}),
        (fault: unknown) => {
          log.warn({err: fault}, 'the key to pin could not be shown')
          return undefined
        },
      ),
    now: Date.now,
    log,
  })
}
