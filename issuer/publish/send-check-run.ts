/**
 * Check runs that carry receipts and revocations, or with a person's token the commit statuses that stand for them. Each is
 * looked up before it is written, and one of a receipt that was revoked never turns green again, however late it comes.
 */
import {parseCommitSha} from '#protocol'
import type {Answer, Field} from '../github/answer.ts'
import type {GitHub} from '../github/client.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {CheckRun} from '../model/publication.ts'
import {takeTurns} from '../store/turns.ts'
import type {Outgoing} from './send.ts'

type Way = Pick<Outgoing, 'connection' | 'at'>

export interface CheckRunTools {
  readonly github: Pick<GitHub, 'app' | 'own'>
  /** Whether the store knows of a revocation of this receipt. Consistent. */
  readonly isRevoked: (receipt: string) => Promise<boolean>
  /** One line for the operator's log. */
  readonly warn: (message: string) => void
}

/** What was written of one `external_id`. */
interface Written {
  /** Absent of a commit status. */
  readonly id?: number
  readonly conclusion: string | undefined
}

/** Each of them once, in their order: the last is the newest of its name. */
export function createCheckRunSender(tools: CheckRunTools): (parcel: Outgoing) => Promise<void> {
  const takeTurn = takeTurns()
  const remembered = rememberWritten()
  const setStatus = createStatusSetter(tools)
  const send = async (way: Way, run: CheckRun): Promise<Written | undefined> => {
    if (run.conclusion === 'success' && (await tools.isRevoked(run.externalId))) return undefined
    const before = remembered.get(run)
    const {app, own} = tools.github
    if (app !== undefined) {
      return await writeCheckRun(way, {run, before, appId: app.id, isOurs: (by) => by?.at('id').number() === app.id})
    }
    const {id, login} = await own()
    // GitHub lets only Apps write check runs (formats §8).
    if (!login.endsWith('[bot]')) return await setStatus(way, {run, before, own: id})
    const isOurs: IsOurs = (by) => `${by?.at('slug').optional()?.text() ?? ''}[bot]` === login
    return await writeCheckRun(way, {run, before, isOurs})
  }
  return async ({publication, ...way}) => {
    for (const run of publication.checkRuns ?? []) {
      // In turn: what turns a run red comes after what made it green, or finds it red.
      await takeTurn(`${run.headSha} ${run.name}`, async () => remembered.set(run, await send(way, run)))
    }
  }
}

const mostRemembered = 1000

/** GitHub may not show yet what was just written. */
function rememberWritten() {
  const known = new Map<string, Written>()
  const keyOf = ({headSha, name, externalId}: CheckRun): string => `${headSha} ${name} ${externalId}`
  return {
    get: (run: CheckRun): Written | undefined => known.get(keyOf(run)),
    set: (run: CheckRun, written: Written | undefined): void => {
      if (written === undefined) return
      if (known.size >= mostRemembered) known.clear()
      known.set(keyOf(run), written)
    },
  }
}

/** Whether the App that wrote a check run is the issuer. */
type IsOurs = (app: Field | undefined) => boolean

interface Writable {
  readonly run: CheckRun
  readonly before: Written | undefined
  readonly isOurs: IsOurs
  /** The App that the issuer is, where its number is known. */
  readonly appId?: number
}

/** One that says failure stays so. */
async function writeCheckRun(way: Way, asked: Writable): Promise<Written> {
  const {run, before} = asked
  const ours = (await findOurs(way, asked)) ?? before
  if (ours?.id === undefined) return {id: await createCheckRun(way, run), conclusion: run.conclusion}
  if (ours.conclusion !== 'success' || run.conclusion !== 'failure') return ours
  await updateCheckRun(way, {id: ours.id, run})
  return {...ours, conclusion: run.conclusion}
}

/** Anyone with a workflow may write a check run of this name and id: only our own App's counts as ours. */
async function findOurs({connection, at}: Way, {run, appId, isOurs}: Writable): Promise<Written | undefined> {
  const listed = await connection.ask('the check runs', (octokit) =>
    octokit.rest.checks.listForRef({
      ...at,
      ref: shaOf(run),
      check_name: run.name,
      ...(appId === undefined ? {} : {app_id: appId}),
      filter: 'all',
      per_page: 100,
    }),
  )
  const runs = listed === 'gone' ? [] : listed.body.at('check_runs').list()
  const ours = runs.filter(
    (one) => isOurs(one.at('app').optional()) && one.at('external_id').optional()?.text() === run.externalId,
  )
  const found = ours.map((one) => ({id: one.at('id').number(), conclusion: one.at('conclusion').optional()?.text()}))
  return found.find(({conclusion}) => conclusion === 'failure') ?? found[0]
}

/** What creating and updating share. */
const contentOf = ({title, summary, text, conclusion, externalId, detailsUrl}: CheckRun) => ({
  external_id: externalId,
  details_url: detailsUrl,
  status: 'completed' as const,
  conclusion,
  output: {title, summary, text},
})

async function createCheckRun({connection, at}: Way, run: CheckRun): Promise<number> {
  const answer = await connection.ask('writing the check run', (octokit) =>
    octokit.rest.checks.create({...at, name: run.name, head_sha: shaOf(run), ...contentOf(run)}),
  )
  return expectWritten(answer, 'the check run').body.at('id').number()
}

async function updateCheckRun(
  {connection, at}: Way,
  {id, run}: {readonly id: number; readonly run: CheckRun},
): Promise<void> {
  const answer = await connection.ask('rewriting the check run', (octokit) =>
    octokit.rest.checks.update({...at, check_run_id: id, ...contentOf(run)}),
  )
  expectWritten(answer, 'the check run')
}

/** Of a repository that was just found, "not there" is no word that a thing was written. */
export function expectWritten(answer: Answer | 'gone', what: string): Answer {
  if (answer === 'gone') throw new GitHubUnavailable('unusable', `${what}: GitHub says that its place is not there`)
  return answer
}

function shaOf({headSha}: CheckRun): string {
  const sha = parseCommitSha(headSha)
  if (sha === undefined) throw new TypeError('the check run names no full commit SHA')
  return sha
}

const maxDescription = 140

interface Settable extends Pick<Writable, 'run' | 'before'> {
  /** The issuer's own account. */
  readonly own: number
}

/** A status of the same name stands for the check run, and the newest of a name is the one that shows. */
function createStatusSetter({warn}: Pick<CheckRunTools, 'warn'>): (way: Way, asked: Settable) => Promise<Written> {
  let isSaid = false
  return async (way, asked) => {
    if (!isSaid)
      warn('GitHub lets only Apps write check runs: a commit status is set instead, and the gate needs issuer-url')
    isSaid = true
    const {run, before} = asked
    const states = [...(before?.conclusion === undefined ? [] : [before.conclusion]), ...(await findStates(way, asked))]
    if (states.includes('failure')) return {conclusion: 'failure'}
    if (!states.includes(run.conclusion)) await createStatus(way, run)
    return {conclusion: run.conclusion}
  }
}

/** GitHub takes a thousand statuses of one name. */
const maxPages = 10

/** What our own statuses of this receipt say. */
async function findStates({connection, at}: Way, {run, own}: Settable): Promise<readonly string[]> {
  const states: string[] = []
  for (let page = 1; page <= maxPages; page++) {
    const answer = await connection.ask('the commit statuses', (octokit) =>
      octokit.rest.repos.listCommitStatusesForRef({...at, ref: shaOf(run), per_page: 100, page}),
    )
    const statuses = answer === 'gone' ? [] : answer.body.list()
    const ours = statuses.filter((status) => isStatusOf(status, {run, own}))
    states.push(...ours.map((status) => status.at('state').text()))
    if (statuses.length < 100) break
  }
  return states
}

const isStatusOf = (status: Field, {run, own}: Omit<Settable, 'before'>): boolean =>
  status.at('context').text() === run.name &&
  status.at('target_url').optional()?.text() === run.detailsUrl &&
  status.at('creator').optional()?.at('id').number() === own

async function createStatus({connection, at}: Way, run: CheckRun): Promise<void> {
  const answer = await connection.ask('setting the commit status', (octokit) =>
    octokit.rest.repos.createCommitStatus({
      ...at,
      sha: shaOf(run),
      state: run.conclusion,
      context: run.name,
      target_url: run.detailsUrl,
      description: run.title.slice(0, maxDescription),
    }),
  )
  expectWritten(answer, 'the commit status')
}
