/** The runner: a small action of the test's own, run as a hosted runner runs it. */

import {execFileSync} from 'node:child_process'
import {mkdir, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'

import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'

import {type PlanJob, Runner, type Step, type StepResult, type Trigger} from '../../sandbox/runner.ts'
import {repo, startTown, type Town} from './builders.ts'

const manifest = `name: Small
inputs:
  environment: {required: true}
  github-token: {default: '\${{ github.token }}'}
  two words: {default: 'x'}
  status: {default: '\${{ job.status }}'}
runs: {using: node24, main: dist/index.js, post: dist/post.js}
`

/** Tells everything that it sees: its environment, then outputs, a summary, an annotation, state. */
const program = `import {appendFileSync, readFileSync} from 'node:fs'
appendFileSync(process.env.GITHUB_OUTPUT, 'env<<END\\n' + JSON.stringify(process.env) + '\\nEND\\nplain=a=b\\n')
appendFileSync(process.env.GITHUB_OUTPUT, 'event<<END\\n' + readFileSync(process.env.GITHUB_EVENT_PATH, 'utf8') + '\\nEND\\n')
if (process.env.GITHUB_STEP_SUMMARY) appendFileSync(process.env.GITHUB_STEP_SUMMARY, '# Done\\n')
appendFileSync(process.env.GITHUB_STATE, 'kept<<END\\nfor later\\nEND\\n')
console.log('::add-mask::secret')
console.log('::error title=Stop,file=a%2Cb::first%0Asecond%25')
if (process.env.INPUT_ENVIRONMENT === 'slow') setInterval(() => {}, 1000)
else process.exitCode = process.env.INPUT_ENVIRONMENT === 'production' ? 0 : 1
`

let town: Town
let action: string

beforeAll(async () => {
  town = await startTown()
  action = await mkdtemp(join(tmpdir(), 'small-action-'))
  await mkdir(join(action, 'dist'))
  await writeFile(join(action, 'action.yml'), manifest)
  await writeFile(join(action, 'dist', 'package.json'), '{"type":"module"}')
  await writeFile(join(action, 'dist', 'index.js'), program)
  await writeFile(
    join(action, 'dist', 'post.js'),
    `console.log('kept: ' + process.env.STATE_kept + ', ' + process.env.INPUT_STATUS)`,
  )
})

afterAll(async () => {
  await town.github.close()
  await rm(action, {recursive: true})
  expect(town.world.violations).toEqual([])
})

async function onRunner<Result>(plan: Partial<PlanJob>, use: (runner: Runner) => Promise<Result>): Promise<Result> {
  const trigger = {event: 'push', branch: 'main'} as const
  const runner = await Runner.start(await town.world.planJob({repository: repo, actor: 'octocat', trigger, ...plan}))
  try {
    return await use(runner)
  } finally {
    await runner.close()
  }
}

const run = (step: Partial<Step> = {}, plan: Partial<PlanJob> = {}): Promise<StepResult> =>
  onRunner(plan, (runner) => runner.run({action, with: {environment: 'production'}, ...step}))

const environmentOf = (result: StepResult) =>
  JSON.parse(result.outputs['env'] ?? '{}') as Readonly<Record<string, string>>

test('outputs, summary, annotations, masks and exit code come back', async () => {
  const result = await run()
  expect(result).toMatchObject({
    exitCode: 0,
    summary: '# Done\n',
    annotations: [{level: 'error', message: 'first\nsecond%', properties: {title: 'Stop', file: 'a,b'}}],
    masks: ['secret'],
    stderr: '',
    warnings: [],
  })
  expect(result.outputs['plain']).toBe('a=b')
  expect((await run({with: {environment: 'staging'}})).exitCode).toBe(1)
})

test('inputs come by name, with defaults, and what is not declared is dropped with a warning', async () => {
  const result = await run({with: {Environment: 'production', surprise: 'x'}})
  const seen = environmentOf(result)
  expect(seen).toMatchObject({INPUT_ENVIRONMENT: 'production', INPUT_TWO_WORDS: 'x'})
  expect(seen['INPUT_GITHUB-TOKEN']).toMatch(/^ghs_/)
  expect(seen).not.toHaveProperty('INPUT_SURPRISE')
  expect(result.warnings).toEqual([
    "Unexpected input(s) 'surprise', valid inputs are ['environment', 'github-token', 'two words', 'status']",
  ])
})

test('nothing of this machine leaks into the job, but where programs are', async () => {
  process.env['NODE_OPTIONS'] = '--no-deprecation'
  process.env['LEAK'] = 'yes'
  const seen = environmentOf(await run({env: {EXTRA: 'given', GITHUB_STEP_SUMMARY: undefined}}))
  delete process.env['NODE_OPTIONS']
  delete process.env['LEAK']
  expect(seen).not.toHaveProperty('NODE_OPTIONS')
  expect(seen).not.toHaveProperty('LEAK')
  expect(seen).not.toHaveProperty('GITHUB_STEP_SUMMARY')
  expect(seen).not.toHaveProperty('GITHUB_TOKEN')
  expect(seen).not.toHaveProperty('ACTIONS_ID_TOKEN_REQUEST_URL')
  expect(seen).toMatchObject({
    EXTRA: 'given',
    GITHUB_ACTIONS: 'true',
    GITHUB_API_URL: town.github.url,
    GITHUB_SERVER_URL: town.github.url,
    GITHUB_REPOSITORY: repo,
    GITHUB_SHA: town.mainSha,
    GITHUB_REF: 'refs/heads/main',
    GITHUB_WORKFLOW_REF: `${repo}/.github/workflows/deploy.yml@refs/heads/main`,
    RUNNER_OS: 'Linux',
  })
})

test('the post step gets the state that the main step saved', async () => {
  const step = {action, with: {environment: 'production'}}
  const {stdout} = await onRunner({}, async (runner) => runner.post(step, await runner.run(step)))
  expect(stdout).toBe('kept: for later, success\n')
})

test('the post step is told how the job stands by then: defaults are evaluated for each step', async () => {
  const step = {action, with: {environment: 'production'}}
  for (const status of ['failure', 'cancelled'] as const) {
    const {stdout} = await onRunner({}, async (runner) => {
      const main = await runner.run(step)
      expect(environmentOf(main)['INPUT_STATUS']).toBe('success')
      runner.status = status
      return runner.post(step, main)
    })
    expect(stdout).toBe(`kept: for later, ${status}\n`)
  }
})

test('a step that hangs is killed', async () => {
  expect((await run({with: {environment: 'slow'}, timeoutMs: 500})).exitCode).toBeNull()
})

describe('events', () => {
  const seen = async (trigger: Trigger) => {
    const {outputs} = await run({}, {trigger})
    const {
      GITHUB_EVENT_NAME: event,
      GITHUB_SHA: sha,
      GITHUB_REF: ref,
    } = JSON.parse(outputs['env'] ?? '{}') as Readonly<Record<string, string>>
    return {event, sha, ref, payload: JSON.parse(outputs['event'] ?? '{}') as Readonly<Record<string, unknown>>}
  }

  test('a push is of its commit', async () => {
    expect(await seen({event: 'push', branch: 'feature'})).toMatchObject({
      event: 'push',
      sha: town.sha,
      ref: 'refs/heads/feature',
      payload: {after: town.sha, head_commit: {id: town.sha}},
    })
  })

  test('a pull request is of its test merge, and its payload names the head', async () => {
    const {sha, ref, payload} = await seen({event: 'pull_request', pullRequest: town.number})
    expect([town.sha, town.mainSha]).not.toContain(sha)
    expect(ref).toBe(`refs/pull/${town.number}/merge`)
    expect(payload).toMatchObject({number: town.number, pull_request: {head: {sha: town.sha}, merge_commit_sha: sha}})
  })

  test('pull_request_target is of the base', async () => {
    const target = await seen({event: 'pull_request_target', pullRequest: town.number})
    expect(target).toMatchObject({event: 'pull_request_target', sha: town.mainSha, ref: 'refs/heads/main'})
  })

  test('a merge group is of the queue’s own merge', async () => {
    const {sha, ref, payload} = await seen({event: 'merge_group', pullRequest: town.number})
    expect(ref).toMatch(/^refs\/heads\/gh-readonly-queue\/main\/pr-1-[0-9a-f]{40}$/)
    expect(payload).toMatchObject({action: 'checks_requested', merge_group: {head_sha: sha, head_ref: ref}})
  })

  test('a dispatch, a schedule and a comment are of the branch', async () => {
    const {id} = town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body: 'Hello'})
    const dispatch = await seen({event: 'workflow_dispatch', branch: 'feature', inputs: {target: 'x'}})
    expect(dispatch).toMatchObject({sha: town.sha, payload: {inputs: {target: 'x'}, ref: 'refs/heads/feature'}})
    expect(await seen({event: 'schedule'})).toMatchObject({sha: town.mainSha, payload: {schedule: expect.any(String)}})
    expect(await seen({event: 'issue_comment', comment: id})).toMatchObject({
      sha: town.mainSha,
      payload: {comment: {id}},
    })
  })

  test('a release is of its tag', async () => {
    const release = await seen({event: 'release', tag: 'v1.0.0', sha: town.sha})
    expect(release).toMatchObject({sha: town.sha, ref: 'refs/tags/v1.0.0', payload: {release: {tag_name: 'v1.0.0'}}})
  })

  test('a deployment names its environment', async () => {
    const deployment = await seen({event: 'deployment', environment: 'production', ref: 'feature'})
    expect(deployment).toMatchObject({sha: town.sha, payload: {deployment: {environment: 'production', sha: town.sha}}})
  })

  test('a workflow run tells what the earlier run was for', async () => {
    const after = {after: 'push', headBranch: 'feature', headSha: town.sha}
    expect(await seen({event: 'workflow_run', ...after})).toMatchObject({
      sha: town.mainSha,
      payload: {workflow_run: {event: 'push', head_sha: town.sha, conclusion: 'success'}},
    })
  })
})

describe('checkout', () => {
  const head = (folder: string): string =>
    execFileSync('git', ['-C', folder, 'rev-parse', 'HEAD'], {encoding: 'utf8'}).trim()

  test('takes the event’s commit, which on a pull request is the merge', async () => {
    await onRunner({trigger: {event: 'pull_request', pullRequest: town.number}}, async (runner) => {
      expect(await runner.checkout()).toBe(runner.job.sha)
      expect(head(runner.workspace)).toBe(runner.job.sha)
      expect(await readFile(join(runner.workspace, 'a.txt'), 'utf8')).toBe('one\ntwo\n')
    })
  })

  test('takes the commit that it is told, into the folder that it is told', async () => {
    await onRunner({}, async (runner) => {
      expect(await runner.checkout({ref: town.sha, path: 'app'})).toBe(town.sha)
      expect(head(join(runner.workspace, 'app'))).toBe(town.sha)
    })
  })
})
