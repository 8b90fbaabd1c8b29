/** What attacks are judged by: the issuer's answer, the receipts that there are, and whether the gate lets the job go on. */
import {afterEveryNo} from '../acceptance/later.ts'
import {expect} from '@jest/globals'
import type {RefusalCode} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'
import type {Delivery} from '../../sandbox/hooks.ts'
import type {PlanJob} from '../../sandbox/runner/plan.ts'
import {fullName, theRepository} from '../../sandbox/world.ts'
import {mainJob} from '../acceptance/jobs.ts'
import {type Stage, repository, until} from '../acceptance/stage.ts'

export interface Place {
  readonly repository?: string
  readonly sha?: string
  readonly environment?: string
}

/** Every receipt's id that a gate could come by for that place: from the issuer's list, and from its App's check runs. */
export async function receiptsFor(stage: Stage, place: Place = {}): Promise<readonly string[]> {
  const {sha = stage.head, environment = 'production'} = place
  const {id} = theRepository(stage.world, place.repository ?? repository)
  const query = new URLSearchParams({repository_id: String(id), environment, sha})
  const answer = await fetch(`${stage.issuer.url}/v1/receipts?${query.toString()}`)
  const {receipts} = (await answer.json()) as {readonly receipts: readonly {readonly id: string}[]}
  const runs = stage.world.checkRuns.filter(
    (run) =>
      run.app.slug === 'countersign' &&
      run.repository.id === id &&
      run.headSha === sha &&
      run.name === `countersign / ${environment}`,
  )
  return [...new Set([...receipts.map((receipt) => receipt.id), ...runs.map((run) => run.externalId)])]
}

export async function expectNoReceipt(stage: Stage, place: Place = {}): Promise<void> {
  expect(await receiptsFor(stage, place)).toEqual([])
}

/** The issuer's own words: by its account, and with its mark, which anybody may copy. */
const ownWords = (stage: Stage, pullRequest: number): readonly string[] =>
  [...stage.world.comments.values()]
    .filter(
      ({issue, author, body}) =>
        fullName(issue.repository) === repository &&
        issue.number === pullRequest &&
        author.login.startsWith('countersign') &&
        body.includes('<!-- countersign:'),
    )
    .map(({body}) => body)

/** Does something on that pull request which the issuer answers, and waits for the words. */
export async function answerTo(stage: Stage, act: () => unknown, pullRequest = stage.pullRequest): Promise<string> {
  const before = ownWords(stage, pullRequest).length
  await act()
  return await until(() => ownWords(stage, pullRequest)[before], 'an answer of the issuer')
}

/** Does something that the issuer must not answer: what it is asked next in the same lane is the next that it answers. */
export async function expectSilence(stage: Stage, act: () => unknown, pullRequest = stage.pullRequest): Promise<void> {
  const before = ownWords(stage, pullRequest).length
  await act()
  await stage.world.settled()
  const ask = {repository, pullRequest, by: 'octocat', body: '/countersign help'}
  const help = await answerTo(stage, () => stage.world.comment(ask), pullRequest)
  expect(help).toContain('**Countersign** lets a deploy job through only with a signed receipt')
  expect(ownWords(stage, pullRequest)).toHaveLength(before + 1)
}

/** A port where nobody listens. */
const nowhere = 'http://127.0.0.1:9/'

/**
 * Does something while the issuer is out of reach, and gives the deliveries that failed: GitHub sends none again by itself,
 * and lists them too late to be found there.
 */
export async function whileUnreachable(
  stage: Stage,
  act: () => unknown,
  mode: 'app' | 'repository' = 'app',
): Promise<readonly Delivery[]> {
  await stage.world.settled()
  const before = stage.world.hooks.deliveries.length
  stage.world.listDeliveriesAfter({seconds: 3600})
  stage.world.setHook({url: nowhere, mode})
  await act()
  await stage.world.settled()
  stage.world.setHook({url: stage.issuer.hookUrl, mode})
  return stage.world.hooks.deliveries.slice(before)
}

/** A comment that reaches the issuer only after something else has happened: the webhook came late. */
export async function answerAfter(
  stage: Stage,
  comment: {readonly body: string; readonly by?: string; readonly pullRequest?: number},
  meanwhile: (comment: {readonly id: number}) => unknown,
): Promise<string> {
  const {by = 'octocat', pullRequest = stage.pullRequest, body} = comment
  let id = 0
  await afterEveryNo(stage.world)
  const [late] = await whileUnreachable(stage, () => {
    ;({id} = stage.world.comment({repository, pullRequest, by, body}))
  })
  if (late === undefined) throw new Error('the comment was not announced')
  await meanwhile({id})
  await stage.world.settled()
  return await answerTo(stage, () => stage.world.redeliver({id: late.id}), pullRequest)
}

/** The step failed for that reason, and nothing in it could be taken for an authorization (threats A10). */
export function expectStopped(result: StepResult, code: RefusalCode): void {
  expect(result.outputs).toMatchObject({authorized: 'false', 'reason-code': code, sha: '', receipt: ''})
  expect(result.exitCode).toBe(1)
  const said = [result.stdout, result.stderr, result.summary, JSON.stringify(result.outputs)].join('\n')
  expect(said).not.toMatch(/authorized\W{0,6}true/i)
}

export function expectAllowed(result: StepResult, sha: string): void {
  expect(result.outputs).toMatchObject({authorized: 'true', 'reason-code': '', sha})
  expect(result.exitCode).toBe(0)
}

/** A check run as a workflow of the attacker's branch makes it, with somebody's receipt in it. */
export function carryReceipt(stage: Stage, {text, sha = stage.head, environment = 'production'}: Carried): void {
  stage.world.addCheckRun({
    repository,
    sha,
    name: `countersign / ${environment}`,
    conclusion: 'success',
    output: {title: 'Authorized', summary: 'Authorized', text: `The receipt.\n\n\`\`\`json\n${text}\n\`\`\``},
  })
}

interface Carried {
  readonly text: string
  readonly sha?: string
  readonly environment?: string
}

/** A policy for production, put onto main by somebody who may. */
export async function demand(stage: Stage, production: string): Promise<void> {
  const files = {'.github/countersign.yml': `version: 1\nenvironments:\n  production: {${production}}\n  staging: {}\n`}
  await stage.world.push({repository, branch: 'main', pusher: 'hubot', files, message: 'Change the policy'})
}

/** A job of `push` to main at that commit, as somebody who may push nothing starts it again: only its run is theirs to choose. */
export const rerun = (sha: string, run: {readonly runId: number; readonly runAttempt?: number}): Partial<PlanJob> => ({
  ...mainJob,
  trigger: {event: 'push', branch: 'main', sha},
  ...run,
})

/** For a step's environment: the runner's clock is that much later than the test's. */
export const later = (ms: number): Readonly<Record<string, string>> => ({
  NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(`const now = Date.now; Date.now = () => now() + ${ms}`)}`,
})
