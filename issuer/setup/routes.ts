/** Set-up's routes: the token opens a session, GitHub leads back to it with a code, and the App is kept. Then all is closed. */
import {randomBytes} from 'node:crypto'
import {type Context, Hono, type MiddlewareHandler} from 'hono'
import {bodyLimit} from 'hono/body-limit'
import {deleteCookie, getCookie, setCookie} from 'hono/cookie'
import {secureHeaders} from 'hono/secure-headers'
import type {Origin} from '#protocol'
import {webUrlOf} from '../github/client.ts'
import type {Log} from '../model/log.ts'
import {type Page, givePage} from '../pages/document.ts'
import type {KeepApp} from '../home/kept-app.ts'
import {type Convert, type NewApp, type Outcome, createAttempts} from './convert.ts'
import {callbackPath, registrationUrl, renderManifest} from './manifest.ts'
import {
  type Pins,
  renderArrival,
  renderDeparture,
  renderQuestion,
  renderTrouble,
  renderUnreachable,
  type SetupForm,
} from './pages.ts'
import {holdsSession, isToken, openSession, sessionMs} from './session.ts'
import * as troubles from './troubles.ts'

export interface SetupTools {
  readonly issuer: Origin
  readonly apiUrl: string
  /** The action as workflows name it. */
  readonly action: string
  /** Of the set-up token; undefined once there is an App, whichever way it came. */
  readonly tokenDigest: () => Promise<Buffer | undefined>
  readonly convert: Convert
  readonly keep: KeepApp
  /** What is to be pinned; undefined where that cannot be told. */
  readonly keys: () => Promise<Pins | undefined>
  readonly now: () => number
  readonly log: Log
}

const cookieName = 'countersign-set-up'

export function setupApp(tools: SetupTools): Hono {
  const {issuer, log} = tools
  const place = {issuer, github: webUrlOf(tools.apiUrl)}
  const finish = createAttempts(tools.convert, tools.keep)
  const app = new Hono()
  app.use(setupHeaders)
  app.onError(async (fault, c) => {
    log.error({err: fault}, 'set-up failed')
    return await tell(c, issuer, troubles.failed)
  })
  app.get('/setup', async (c) => {
    if ((await tools.tokenDigest()) === undefined) return await tell(c, issuer, troubles.closed)
    return await ask(c, tools)
  })
  app.post('/setup', limitForm, async (c) => {
    const digest = await tools.tokenDigest()
    return digest === undefined ? await tell(c, issuer, troubles.closed) : await begin(c, tools, digest)
  })
  app.get(callbackPath, async (c) => {
    const digest = await tools.tokenDigest()
    if (digest === undefined) return await tell(c, issuer, troubles.closedMeanwhile(place))
    const {code, state} = c.req.query()
    if (state === undefined || !holdsSession({cookie: getCookie(c, cookieName), state}, {digest, now: tools.now()})) {
      log.warn({}, 'an answer of GitHub belongs to no set-up of that browser')
      return await tell(c, issuer, troubles.wrongBrowser(place))
    }
    if (code === undefined || !/^[\w-]{1,200}$/.test(code)) return await tell(c, issuer, troubles.withoutCode(place))
    const outcome = await finish(state, code).catch((fault: unknown) => {
      log.error({err: fault}, 'the App could not be kept')
      return undefined
    })
    return outcome === undefined ? await tell(c, issuer, troubles.unkept) : await conclude(c, tools, outcome)
  })
  return app
}

/** Where there is nothing to set up (any more). */
export function closedSetup(place: {readonly issuer: Origin; readonly github: string}): Hono {
  const routes = new Hono()
  routes.use('/setup/*', setupHeaders)
  routes.all(callbackPath, async (c) => await tell(c, place.issuer, troubles.closedMeanwhile(place)))
  routes.all('/setup', async (c) => await tell(c, place.issuer, troubles.closed))
  return routes
}

/** The origin alone is told to GitHub, since a form whose origin is hidden may be refused; no address ever holds the token. */
const headersOfPages = secureHeaders({referrerPolicy: 'strict-origin'})

const setupHeaders: MiddlewareHandler = async (c, next) => {
  await headersOfPages(c, next)
  c.header('cache-control', 'no-store')
}

const limitForm = bodyLimit({maxSize: 4096, onError: (c) => c.text('That is too long.', 413)})

/** A machine's own address is of use only to a GitHub on the same machine. */
const isOnLoopback = (url: string): boolean => /^(?:localhost|127\.[\d.]+|\[::1\])$/.test(new URL(url).hostname)

/** `problem`: what was wrong with the last answer, and its status. */
async function ask(
  c: Context,
  {issuer, apiUrl}: SetupTools,
  {problem, status, ...question}: Partial<SetupForm & Pick<Page, 'status'>> = {},
): Promise<Response> {
  const isReached = !isOnLoopback(issuer) || isOnLoopback(apiUrl)
  const main = isReached ? renderQuestion({...question, issuer, problem}) : renderUnreachable(issuer)
  return await give(c, {title: 'Set up', main, issuer, formsTo: [issuer], status})
}

async function begin(c: Context, tools: SetupTools, digest: Buffer): Promise<Response> {
  const {issuer, log, now} = tools
  const form = new URLSearchParams(await c.req.text())
  const organization = form.get('organization')?.trim() ?? ''
  if (!isToken(form.get('token')?.trim() ?? '', digest)) {
    log.warn({}, 'a wrong set-up token was shown')
    return await ask(c, tools, {organization, problem: 'That is not the set-up token of this issuer.', status: 403})
  }
  if (!/^[A-Za-z0-9_-]{0,39}$/.test(organization)) {
    const problem = 'That is no login: give the one that stands in the address of the organization, such as octo-org.'
    return await ask(c, tools, {organization, problem, status: 400})
  }
  const {cookie, state} = openSession({digest, nonce: randomBytes(24).toString('base64url'), now: now()})
  setCookie(c, cookieName, cookie, {...cookieScope(issuer), httpOnly: true, sameSite: 'Lax', maxAge: sessionMs / 1000})
  const github = webUrlOf(tools.apiUrl)
  const owner = organization === '' ? undefined : organization
  const target = registrationUrl(github, owner, state)
  const main = renderDeparture({issuer, github, target, manifest: renderManifest(issuer, owner)})
  return await give(c, {title: 'Create the App', main, issuer, formsTo: [github, issuer]})
}

const cookieScope = (issuer: string) => ({path: '/setup', secure: issuer.startsWith('https:')})

async function conclude(c: Context, tools: SetupTools, outcome: Outcome): Promise<Response> {
  const {issuer, log} = tools
  const place = {issuer, github: webUrlOf(tools.apiUrl)}
  // Only what can be tried again keeps the session.
  if (outcome.kind !== 'unreachable') deleteCookie(c, cookieName, cookieScope(issuer))
  switch (outcome.kind) {
    case 'kept':
      log.info({app: outcome.app.credentials.appId}, 'the GitHub App is kept; set-up is closed')
      return await arrive(c, tools, outcome.app)
    case 'taken':
      return await tell(c, issuer, troubles.taken(outcome.app))
    case 'gone':
      return await tell(c, issuer, troubles.gone(place))
    case 'replayed':
      return await tell(c, issuer, troubles.replayed(place))
    case 'unusable':
      log.error({why: outcome.why}, 'the credentials of the App cannot be used')
      return await tell(c, issuer, troubles.unusable(place, outcome.why))
    case 'unreachable':
      log.warn({why: outcome.why, cause: outcome.cause}, 'the credentials of the App could not be fetched')
      return await tell(c, issuer, troubles.unreachable(outcome.why))
    default:
      return outcome satisfies never
  }
}

async function arrive(c: Context, tools: SetupTools, app: NewApp): Promise<Response> {
  const {issuer, action} = tools
  const main = renderArrival({issuer, app, action, pins: await tools.keys()})
  return await give(c, {title: 'Set up', main, issuer})
}

const tell = async (c: Context, issuer: Origin, {status, ...trouble}: troubles.ToldTrouble): Promise<Response> =>
  await give(c, {title: trouble.title.replace(/\.$/, ''), main: renderTrouble(trouble), issuer, status})

const give = async (
  c: Context,
  page: Pick<Page, 'title' | 'main' | 'issuer' | 'status' | 'formsTo'>,
): Promise<Response> =>
  await givePage(c, {
    ...page,
    title: `${page.title} – Countersign`,
    description: 'Give this issuer its GitHub App.',
    script: 'home',
    leadsNowhere: true,
  })
