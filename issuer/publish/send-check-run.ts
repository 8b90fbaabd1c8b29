/** Check runs that carry receipts and revocations, or with a plain token the commit statuses that stand for them. */
import {parseCommitSha} from '#protocol'
import type {Field} from '../github/answer.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {CheckRun} from '../model/publication.ts'
import type {Outgoing} from './send.ts'

type Way = Pick<Outgoing, 'connection' | 'at'>

/** Each of them once, in their order: the last is the newest of its name. */
export async function sendCheckRuns({publication, ...way}: Outgoing, appId: number): Promise<void> {
  for (const run of publication.checkRuns ?? []) {
    const ours = await findOurs(way, {run, appId})
    if (ours === undefined) await createCheckRun(way, run)
    else if (endsIn(ours, 'success') && run.conclusion === 'failure') await updateCheckRun(way, {id: idOf(ours), run})
    // One that says failure stays so: a publication that comes late must not turn a revoked receipt green again.
  }
}

const idOf = (run: Field): number => run.at('id').number()
const endsIn = (run: Field, conclusion: CheckRun['conclusion']): boolean =>
  run.at('conclusion').optional()?.text() === conclusion

/** Anyone with a workflow may write a check run of this name and id: only our own App's counts as ours. */
async function findOurs(
  {connection, at}: Way,
  {run, appId}: {readonly run: CheckRun; readonly appId: number},
): Promise<Field | undefined> {
  const listed = await connection.ask('the check runs', (octokit) =>
    octokit.rest.checks.listForRef({
      ...at,
      ref: shaOf(run),
      check_name: run.name,
      app_id: appId,
      filter: 'all',
      per_page: 100,
    }),
  )
  const runs = listed === 'gone' ? [] : listed.body.at('check_runs').list()
  return runs.find(
    (one) =>
      one.at('app').optional()?.at('id').number() === appId &&
      one.at('external_id').optional()?.text() === run.externalId,
  )
}

/** What creating and updating share. */
const contentOf = ({title, summary, text, conclusion, externalId, detailsUrl}: CheckRun) => ({
  external_id: externalId,
  details_url: detailsUrl,
  status: 'completed' as const,
  conclusion,
  output: {title, summary, text},
})

async function createCheckRun({connection, at}: Way, run: CheckRun): Promise<void> {
  const answer = await connection.ask('writing the check run', (octokit) =>
    octokit.rest.checks.create({...at, name: run.name, head_sha: shaOf(run), ...contentOf(run)}),
  )
  expectWritten(answer, 'the check run')
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
export function expectWritten(answer: unknown, what: string): void {
  if (answer === 'gone') throw new GitHubUnavailable('unusable', `${what}: GitHub says that its place is not there`)
}

function shaOf({headSha}: CheckRun): string {
  const sha = parseCommitSha(headSha)
  if (sha === undefined) throw new TypeError('the check run names no full commit SHA')
  return sha
}

const maxDescription = 140

/**
 * With a plain token: GitHub lets only Apps write check runs, so the first try is refused and a commit status of the
 * same name stands instead (formats §8). A status replaces the one before it, so setting it again does no harm.
 */
export function createStatusSender(warn: (message: string) => void): (parcel: Outgoing) => Promise<void> {
  let refused = false
  return async ({publication, ...way}) => {
    for (const run of publication.checkRuns ?? []) {
      if (!refused) {
        if (await isWritten(createCheckRun(way, run))) continue
        refused = true
        warn('GitHub lets only Apps write check runs: a commit status is set instead, and the gate needs issuer-url')
      }
      await setStatus(way, run)
    }
  }
}

async function setStatus({connection, at}: Way, run: CheckRun): Promise<void> {
  if (run.conclusion === 'success' && (await isRevokedStatus({connection, at}, run))) return
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

/** Whether this very receipt's status says failure already: what comes late must not turn it green again. */
async function isRevokedStatus({connection, at}: Way, run: CheckRun): Promise<boolean> {
  const answer = await connection.ask('the commit statuses', (octokit) =>
    octokit.rest.repos.getCombinedStatusForRef({...at, ref: shaOf(run), per_page: 100}),
  )
  const statuses = answer === 'gone' ? [] : answer.body.at('statuses').list()
  return statuses.some(
    (status) =>
      status.at('context').text() === run.name &&
      status.at('target_url').optional()?.text() === run.detailsUrl &&
      status.at('state').text() === 'failure',
  )
}

async function isWritten(writing: Promise<void>): Promise<boolean> {
  try {
    await writing
    return true
  } catch (fault) {
    if (fault instanceof GitHubUnavailable && fault.kind === 'permission') return false
    throw fault
  }
}
