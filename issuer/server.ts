/** `npm start`: the issuer as one Node process with its embedded store. Reads the configuration, listens, drains. */
import type {Server} from 'node:http'
import {parseArgs} from 'node:util'
import {serve} from '@hono/node-server'
import manifest from '../package.json' with {type: 'json'}
import {type IssuerConfig, readConfig} from './config.ts'
import {type Log, makeLog} from './log.ts'
import {type Issuer, openIssuer} from './open.ts'

const help = `countersign-issuer: mints receipts when a reviewer comments /authorize on a pull request.

  npm start [-- --help | --version]

Variables (a problem with any of them stops the start, and all are listed at once):
  COUNTERSIGN_GITHUB_WEBHOOK_SECRET  the webhook's secret (required)
  COUNTERSIGN_GITHUB_APP_ID          the GitHub App's id, with
  COUNTERSIGN_GITHUB_PRIVATE_KEY     its private key: PEM, or a file's path
  COUNTERSIGN_GITHUB_TOKEN           instead of an App, for trials: a token that may comment
  COUNTERSIGN_GITHUB_API_URL         https://api.github.com
  COUNTERSIGN_OIDC_ISSUER            https://token.actions.githubusercontent.com
  COUNTERSIGN_PUBLIC_URL             what receipts name as issuer; http://127.0.0.1:<port>
  COUNTERSIGN_HOST, COUNTERSIGN_PORT 127.0.0.1, 8787
  COUNTERSIGN_STORE                  sqlite:data/countersign.db
  COUNTERSIGN_OWNERS                 accounts that it serves, by login or id, with commas; empty: all
  COUNTERSIGN_LOG                    error, warn, info; info
  COUNTERSIGN_RECEIPT_KEY, COUNTERSIGN_TOKEN_KEY, COUNTERSIGN_LEDGER_KEY
                                     PEM files; made beside the database at the first start
  COUNTERSIGN_EVIDENCE_SECRET        made beside the database at the first start

Standard output carries the line to pin and the log (one JSON object a line). SIGTERM finishes what is in hand.
Exit codes: 0 stopped as asked, 1 failed, 2 not configured.
`

/**
 * Slow clients are let go after seconds, not the library's minutes. An idle connection is kept longer than proxies keep
 * theirs (a minute): otherwise they send into one that is just being closed.
 */
const patience = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  connectionsCheckingInterval: 1000,
  keepAliveTimeout: 65_000,
}

async function start(): Promise<void> {
  const read = readConfig(process.env)
  if (!read.ok) return refuse(read.problems)
  const {config, warnings} = read
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  for (const warning of warnings) log.warn({}, warning)
  const opened = await openIssuer(config, {log, version: manifest.version, now: Date.now})
  if (!opened.ok) return refuse(opened.problems)
  listen(opened.issuer, {config, log})
}

function refuse(problems: readonly string[]): void {
  process.stderr.write(`The issuer does not start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)
  process.exitCode = 2
}

function secretsOf({
  github: {access, webhookSecret},
  evidenceSecret,
}: IssuerConfig): Parameters<typeof makeLog>[0]['secrets'] {
  const credential = access.kind === 'app' ? access.privateKey : access.token
  return [webhookSecret, credential, ...(evidenceSecret === undefined ? [] : [evidenceSecret])]
}

function listen(issuer: Issuer, {config, log}: {readonly config: IssuerConfig; readonly log: Log}): void {
  const server = serve(
    {fetch: issuer.app.fetch, hostname: config.host, port: config.port, serverOptions: patience},
    ({port}) => {
      process.stdout.write(`pin this line in your workflows: ${issuer.pin}\n`)
      process.stdout.write(`checkpoints of the ledger verify under: ${issuer.ledgerKey}\n`)
      log.info({host: config.host, port, issuer: config.publicUrl}, 'listening')
    },
  ) as Server
  server.once('error', (fault) => {
    log.error({err: fault}, 'cannot listen')
    process.exitCode = 1
    void issuer.close()
  })
  const stop = (signal: string): void => {
    log.info({signal}, 'finishing what is in hand')
    server.close(() => {
      void issuer.close().then(() => log.info({}, 'stopped'))
    })
    server.closeIdleConnections()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

const {values} = parseArgs({options: {help: {type: 'boolean'}, version: {type: 'boolean'}}})
if (values.help === true) process.stdout.write(help)
else if (values.version === true) process.stdout.write(`${manifest.version}\n`)
else await start()
