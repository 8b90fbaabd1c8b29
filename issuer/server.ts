/** `npm start`: the issuer as one Node process with its embedded store. Reads the configuration, listens, drains. */
import type {Server} from 'node:http'
import {parseArgs} from 'node:util'
import {serve} from '@hono/node-server'
import manifest from '../package.json' with {type: 'json'}
import type {Result} from '#protocol'
import {createApp} from './app.ts'
import type {Env} from './home/variables.ts'
import {type BaseConfig, hasNoAccess, readBaseConfig, readConfig, secretsOf} from './home/config.ts'
import {makeLog} from './home/log.ts'
import type {Log} from './model/log.ts'
import {type WithKeptApp, addKeptApp} from './home/kept-app.ts'
import {type Issuer, openIssuer, openOnBase} from './home/node.ts'
import {type Base, openBase} from './home/open-base.ts'
import {dropTokenFile, openTokenFile} from './setup/session.ts'
import {type WaitingIssuer, openWaiting} from './setup/waiting.ts'

const help = `countersign-issuer: mints receipts when a reviewer comments /authorize on a pull request.

  npm start [-- --help | --version]

Variables (a problem with any of them stops the start, and all are listed at once). Without the first four it makes
its GitHub App at /setup and keeps the App's credentials beside the database:
  COUNTERSIGN_GITHUB_APP_ID          the id of a GitHub App that is there already, with
  COUNTERSIGN_GITHUB_PRIVATE_KEY     its private key: PEM, or a file's path, and
  COUNTERSIGN_GITHUB_WEBHOOK_SECRET  its webhook's secret
  COUNTERSIGN_GITHUB_TOKEN           instead of App and key, for trials: a token that may comment
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

const around = {version: manifest.version, now: Date.now}

async function start(): Promise<void> {
  const kept = addKeptApp(process.env)
  if (!kept.ok) return refuse(kept.fault)
  const opened = hasNoAccess(kept.value.env) ? await startWaiting(kept.value.env) : await startServing(kept.value)
  if (!opened.ok) return refuse(opened.fault)
  listen(opened.value)
}

/** The issuer at this address. Set-up puts the one that serves in the place of the one that waits. */
interface House {
  readonly config: BaseConfig
  readonly log: Log
  issuer: WaitingIssuer
}

const withApp = ({serving, ...issuer}: Issuer): WaitingIssuer => ({...issuer, app: createApp(serving)})

type OpenedHouse = Result<House, readonly string[]>

async function startServing({env, warning}: WithKeptApp): Promise<OpenedHouse> {
  const read = readConfig(env)
  if (!read.ok) return read
  const {config, warnings} = read.value
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  for (const one of [...warnings, ...(warning === undefined ? [] : [warning])]) log.warn({}, one)
  const opened = await openIssuer(config, {...around, log})
  return opened.ok ? {ok: true, value: {config, log, issuer: withApp(opened.value)}} : opened
}

/** Without an App: the first start, when its folder is new, and each one until somebody has set it up. */
async function startWaiting(env: Env): Promise<OpenedHouse> {
  const read = readBaseConfig(env)
  if (!read.ok) return read
  const {config, warnings} = read.value
  const early = makeLog({level: config.logLevel, secrets: []})
  for (const one of warnings) early.warn({}, one)
  const opened = await openBase(config, {...around, log: early})
  if (!opened.ok) return opened
  const file = openTokenFile(config.databasePath)
  if (!file.ok) return file
  const {path, token, warning} = file.value
  const log = makeLog({level: config.logLevel, secrets: [token]})
  if (warning !== undefined) log.warn({}, warning)
  const begin = async (): Promise<void> => {
    await beginServing(house, opened.value).catch((fault: unknown) => {
      log.error({err: fault}, 'the App is kept, but the issuer cannot begin to serve: start it again')
    })
  }
  const house: House = {
    config,
    log,
    issuer: await openWaiting({base: opened.value, token, begin}, {...around, log}),
  }
  process.stdout.write(`this issuer has no GitHub App yet: open ${config.publicUrl}/setup with the token in ${path}\n`)
  return {ok: true, value: house}
}

/** As a start that finds the App, without the start: requests in hand are not cut off. */
async function beginServing(house: House, base: Base): Promise<void> {
  const kept = addKeptApp(process.env)
  const read = kept.ok ? readConfig(kept.value.env) : kept
  if (!read.ok) throw new Error(read.fault.join('; '))
  const {config} = read.value
  const log = makeLog({level: config.logLevel, secrets: secretsOf(config)})
  house.issuer = withApp(await openOnBase({...base, config}, {...around, log}))
  printApp(house.issuer)
  dropTokenFile(config.databasePath)
}

/** Beside the pin, for gates that read no other App's check runs. Before set-up there is none. */
function printApp({appId}: WaitingIssuer): void {
  if (appId !== undefined)
    process.stdout.write(`receipts are carried by the check runs of the App: app-id: "${appId}"\n`)
}

function refuse(problems: readonly string[]): void {
  process.stderr.write(`The issuer does not start:\n${problems.map((problem) => `  - ${problem}\n`).join('')}`)
  process.exitCode = 2
}

function listen(house: House): void {
  const {config, log} = house
  const server = serve(
    {
      fetch: (request, env) => house.issuer.app.fetch(request, env),
      hostname: config.host,
      port: config.port,
      serverOptions: patience,
    },
    ({port}) => {
      process.stdout.write(`pin this line in your workflows: ${house.issuer.pin()}\n`)
      process.stdout.write(`checkpoints of the ledger verify under: ${house.issuer.ledgerKey}\n`)
      printApp(house.issuer)
      log.info({host: config.host, port, issuer: config.publicUrl}, 'listening')
    },
  ) as Server
  server.once('error', (fault) => {
    log.error({err: fault}, 'cannot listen')
    process.exitCode = 1
    void house.issuer.close()
  })
  const stop = (signal: string): void => {
    log.info({signal}, 'finishing what is in hand')
    // A closing server does not watch its timeouts any more: a client that says nothing would hold it up for good.
    const patienceEnds = setTimeout(() => server.closeAllConnections(), patience.headersTimeout)
    server.close(() => {
      clearTimeout(patienceEnds)
      void house.issuer.close().then(() => log.info({}, 'stopped'))
    })
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}

const {values} = parseArgs({options: {help: {type: 'boolean'}, version: {type: 'boolean'}}})
if (values.help === true) process.stdout.write(help)
else if (values.version === true) process.stdout.write(`${manifest.version}\n`)
else await start()
