/** Check runs and commit statuses. Only Apps write check runs: a person's token is told so. */

import {Hono} from 'hono'

import {type CheckChange, changeCheckRun, createCheckRun, createStatus} from '../checks.ts'
import {presentCheckRun, presentSimpleStatus, presentStatus} from '../present/checks.ts'
import {apiAddress, presentMinimalRepository} from '../present/repositories.ts'
import {type CheckRun, checkStatuses, type CommitStatus, conclusions, statusStates} from '../state.ts'
import type {World} from '../world.ts'
import {needs, reads, writes} from './actor.ts'
import {
  type Ctx,
  type Env,
  type Fields,
  invalid,
  noSuchCommit,
  notFound,
  notJson,
  paginate,
  parseFields,
  parseNumber,
  parseText,
  parseWord,
  readFields,
  refuse,
} from './answers.ts'

/** GitHub's limit for `output.summary` and `output.text`, in bytes. */
const longestText = 65_535

export function checkRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const write = needs(world, writes('read', 'checks'))
  app.get('/commits/:ref{.+}/check-runs', needs(world, reads('checks')), (c) => list(world, c))
  app.get('/commits/:ref{.+}/status', needs(world, reads('statuses')), (c) => combined(world, c))
  app.get('/commits/:ref{.+}/statuses', needs(world, reads('statuses')), (c) => statuses(world, c))
  app.get('/check-runs/:id{[0-9]+}', needs(world, reads('checks')), (c) => {
    const found = findRun(world, c)
    const run = found && world.lag.seen(found)
    return run ? c.json(presentCheckRun(world, run)) : notFound(c)
  })
  app.post('/check-runs', write, (c) => create(world, c))
  app.patch('/check-runs/:id{[0-9]+}', write, (c) => change(world, c))
  app.post('/statuses/:sha', needs(world, writes('write', 'statuses')), (c) => addStatus(world, c))
  return app
}

function findRun(world: World, c: Ctx): CheckRun | undefined {
  const id = parseNumber(c.req.param('id'))
  return world.checkRuns.find((run) => run.id === id && run.repository === c.get('repository'))
}

async function list(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const ref = c.req.param('ref') ?? ''
  const sha = await repository.git.resolve(ref)
  if (sha === undefined) return noSuchCommit(c, ref)
  const {check_name: name, status, filter = 'latest', app_id: appId} = c.req.query()
  const matching = world.lag
    .seenOf(world.checkRuns)
    .filter((run) => run.repository === repository && run.headSha === sha)
    .filter((run) => name === undefined || run.name === name)
    .filter((run) => appId === undefined || String(run.app.id) === appId)
    .toReversed()
  const kept = (filter === 'all' ? matching : latest(matching)).filter(
    (run) => status === undefined || run.status === status,
  )
  return c.json({total_count: kept.length, check_runs: paginate(c, kept).map((run) => presentCheckRun(world, run))})
}

/** The newest of each name and suite: who posts a second run of a name into a suite hides the first from this list. */
function latest(newestFirst: readonly CheckRun[]): readonly CheckRun[] {
  const key = (run: CheckRun): string => `${run.suiteId} ${run.name}`
  return newestFirst.filter((run, index) => newestFirst.findIndex((other) => key(other) === key(run)) === index)
}

/** The part of a body that create and update share, or the field that is wrong. */
function parseChange(fields: Fields): CheckChange | {readonly wrong: string} {
  const output = fields['output'] === undefined ? undefined : parseFields(fields['output'])
  const [title, summary, text] = [output?.['title'], output?.['summary'], output?.['text']].map(parseText)
  const status = parseWord(checkStatuses, fields['status'])
  const conclusion = parseWord(conclusions, fields['conclusion'])
  if (fields['status'] !== undefined && status === undefined) return {wrong: 'status'}
  if (fields['conclusion'] !== undefined && conclusion === undefined) return {wrong: 'conclusion'}
  if (status === 'completed' && conclusion === undefined) return {wrong: 'conclusion'}
  if (output && summary === undefined) return {wrong: 'output.summary'}
  if (Buffer.byteLength(summary ?? '') > longestText) return {wrong: 'output.summary'}
  if (Buffer.byteLength(text ?? '') > longestText) return {wrong: 'output.text'}
  return {
    name: parseText(fields['name']),
    status,
    conclusion,
    detailsUrl: parseText(fields['details_url']),
    externalId: parseText(fields['external_id']),
    completedAt: parseText(fields['completed_at']),
    output: output && {title: title ?? null, summary: summary ?? null, text: text ?? null},
  }
}

const wrongField = (c: Ctx, field: string): Response => invalid(c, {resource: 'CheckRun', field, code: 'invalid'})

async function create(world: World, c: Ctx): Promise<Response> {
  const actor = c.get('actor')
  const repository = c.get('repository')
  if (actor.kind !== 'installation') return refuse(c, 403, 'You must authenticate via a GitHub App.')
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const name = parseText(fields['name'])
  const headSha = parseText(fields['head_sha'])
  if (name === undefined || name === '') return wrongField(c, 'name')
  if (headSha === undefined || (await repository.git.resolve(headSha)) !== headSha)
    return noSuchCommit(c, headSha ?? '')
  const parsed = parseChange(fields)
  if ('wrong' in parsed) return wrongField(c, parsed.wrong)
  const run = createCheckRun(world, {...parsed, name, headSha, repository, app: actor.app})
  return c.json(presentCheckRun(world, run), 201)
}

async function change(world: World, c: Ctx): Promise<Response> {
  const actor = c.get('actor')
  const run = findRun(world, c)
  if (actor.kind !== 'installation') return refuse(c, 403, 'You must authenticate via a GitHub App.')
  if (!run) return notFound(c)
  if (run.app !== actor.app) {
    const message = `Invalid app_id \`${actor.app.id}\` - check run can only be modified by the GitHub App that created it.`
    return refuse(c, 403, message)
  }
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const parsed = parseChange(fields)
  if ('wrong' in parsed) return wrongField(c, parsed.wrong)
  changeCheckRun(world, run, parsed)
  return c.json(presentCheckRun(world, run))
}

async function addStatus(world: World, c: Ctx): Promise<Response> {
  const actor = c.get('actor')
  const repository = c.get('repository')
  if (actor.kind !== 'installation' && actor.kind !== 'user') return notFound(c)
  const fields = await readFields(c)
  if (!fields) return notJson(c)
  const sha = c.req.param('sha') ?? ''
  const state = parseWord(statusStates, fields['state'])
  if (state === undefined) return invalid(c, {resource: 'Status', field: 'state', code: 'invalid'})
  if ((await repository.git.resolve(sha)) !== sha) return noSuchCommit(c, sha)
  const description = parseText(fields['description']) ?? null
  // GitHub's limit; a longer one is an error, not cut.
  if ((description?.length ?? 0) > 140) return invalid(c, {resource: 'Status', field: 'description', code: 'custom'})
  const targetUrl = parseText(fields['target_url']) ?? null
  const context = parseText(fields['context']) ?? 'default'
  const creator = actor.account
  const status = createStatus(world, {repository, sha, state, context, description, targetUrl, creator})
  const shown = presentStatus(world, status)
  return c.json(shown, 201, {Location: shown.url})
}

/** All of them, the newest first. */
async function statuses(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const ref = c.req.param('ref') ?? ''
  const sha = await repository.git.resolve(ref)
  if (sha === undefined) return noSuchCommit(c, ref)
  const all = world.statuses.filter((status) => status.repository === repository && status.sha === sha).toReversed()
  return c.json(paginate(c, all).map((status) => presentStatus(world, status)))
}

async function combined(world: World, c: Ctx): Promise<Response> {
  const repository = c.get('repository')
  const ref = c.req.param('ref') ?? ''
  const sha = await repository.git.resolve(ref)
  if (sha === undefined) return noSuchCommit(c, ref)
  const all = world.statuses.filter((status) => status.repository === repository && status.sha === sha).toReversed()
  const newest = all.filter((status, index) => all.findIndex(({context}) => context === status.context) === index)
  const api = `${apiAddress(world, repository)}/commits/${sha}`
  return c.json({
    state: combine(newest),
    statuses: paginate(c, newest).map((status) => presentSimpleStatus(world, status)),
    sha,
    total_count: newest.length,
    repository: presentMinimalRepository(world, repository),
    commit_url: api,
    url: `${api}/status`,
  })
}

/** No status at all is "pending", which is why it says nothing about success. */
function combine(statuses: readonly CommitStatus[]): 'failure' | 'pending' | 'success' {
  if (statuses.some(({state}) => state === 'failure' || state === 'error')) return 'failure'
  return statuses.length > 0 && statuses.every(({state}) => state === 'success') ? 'success' : 'pending'
}
