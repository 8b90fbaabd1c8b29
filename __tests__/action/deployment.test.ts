/** The commit by event, and the cases in which an event says too little. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parseCommitSha, parseEnvironment, parseRepositoryId, parseRepositoryName} from '#protocol'
import {type DeploymentResult, readDeployment} from '../../src/action/deployment.ts'
import {type Job, readJob} from '../../src/action/job.ts'
import {emptyFolder, sure} from './asks.ts'

const eventSha = 'a'.repeat(40)
const head = 'b'.repeat(40)
const repository = {id: 1296269, full_name: 'octo-org/api-service'}

const aJob = (event: string, payload: object = {}, overrides: Partial<Job> = {}): Job => ({
  event,
  sha: eventSha,
  repository: 'octo-org/api-service',
  repositoryId: '1296269',
  payload: {ok: true, value: {repository, ...payload}},
  workspace: '/workspace',
  apiUrl: 'https://api.github.com',
  runId: '7',
  ...overrides,
})

const wanted = {environment: sure(parseEnvironment('production')), repository: undefined, sha: undefined}
const given = {...wanted, sha: sure(parseCommitSha('c'.repeat(40)))}

function shaOf(result: DeploymentResult): string {
  return result.ok ? result.value.sha : result.fault.code
}

describe('the commit', () => {
  test.each(['push', 'workflow_dispatch', 'schedule', 'release'])('of %s is GITHUB_SHA', (event) => {
    expect(shaOf(readDeployment(wanted, aJob(event)))).toBe(eventSha)
  })

  test('of pull_request is the head, never the merge of GITHUB_SHA, and the number goes along', () => {
    const result = readDeployment(wanted, aJob('pull_request', {pull_request: {number: 42, head: {sha: head}}}))
    expect(result).toMatchObject({value: {sha: head, pullRequest: 42}})
  })

  test('of merge_group and deployment stands in the payload', () => {
    expect(shaOf(readDeployment(wanted, aJob('merge_group', {merge_group: {head_sha: head}})))).toBe(head)
    const deployment = {sha: head, environment: 'production'}
    expect(shaOf(readDeployment(wanted, aJob('deployment', {deployment})))).toBe(head)
  })

  test.each([
    'pull_request_target',
    'issue_comment',
    'workflow_call',
    'check_run',
    'pull_request_review',
    '',
    '__proto__',
  ])('of %j is not known, unless the input says it', (event) => {
    expect(shaOf(readDeployment(wanted, aJob(event)))).toBe('event_unsupported')
    expect(shaOf(readDeployment(given, aJob(event)))).toBe(given.sha)
  })

  test('that is no full one is refused', () => {
    expect(shaOf(readDeployment(wanted, aJob('push', {}, {sha: 'abc'})))).toBe('event_unsupported')
    expect(shaOf(readDeployment(wanted, aJob('pull_request', {pull_request: {head: {sha: ['x']}}})))).toBe(
      'event_unsupported',
    )
  })
})

describe('workflow_run', () => {
  const run = (event: string, ids: {head?: number; base?: number} = {}, conclusion: unknown = 'success') =>
    aJob('workflow_run', {
      workflow_run: {
        event,
        conclusion,
        head_sha: head,
        head_repository: {id: ids.head ?? 1296269},
        repository: {id: ids.base ?? 1296269},
      },
    })

  test.each(['push', 'release', 'schedule', 'workflow_dispatch', 'merge_group'])('after %s is its head', (event) => {
    expect(shaOf(readDeployment(wanted, run(event)))).toBe(head)
  })

  test.each(['pull_request', 'pull_request_target', 'issue_comment', ''])('after %j is refused', (event) => {
    expect(shaOf(readDeployment(wanted, run(event)))).toBe('event_unsupported')
  })

  test.each(['failure', 'cancelled', 'skipped', 'neutral', 'Success', null])(
    'that ended in %j is refused',
    (conclusion) => {
      expect(readDeployment(wanted, run('push', {}, conclusion))).toMatchObject({
        ok: false,
        fault: {code: 'event_unsupported', problem: expect.stringContaining('the run before ended in')},
      })
    },
  )

  test('of a fork, or without a head repository, is refused', () => {
    expect(shaOf(readDeployment(wanted, run('push', {head: 7})))).toBe('event_unsupported')
    expect(shaOf(readDeployment(wanted, run('push', {base: 7})))).toBe('event_unsupported')
    const from = {head_repository: null, repository}
    const value = {repository, workflow_run: {event: 'push', conclusion: 'success', head_sha: head, ...from}}
    expect(shaOf(readDeployment(wanted, aJob('workflow_run', {}, {payload: {ok: true, value}})))).toBe(
      'event_unsupported',
    )
  })
})

describe('the environment that the event names', () => {
  test.each(['staging', 'Production', 'production ', 7, undefined])('%j is another than production', (environment) => {
    const job = aJob('deployment', {deployment: {sha: head, environment}})
    expect(shaOf(readDeployment(wanted, job))).toBe('environment_mismatch')
    expect(shaOf(readDeployment(given, job))).toBe('environment_mismatch')
  })
})

describe('the repository', () => {
  test('is the one of the workflow, and the payload must agree on its id', () => {
    expect(readDeployment(wanted, aJob('push'))).toMatchObject({
      value: {repository: 'octo-org/api-service', repositoryId: 1296269},
    })
    expect(shaOf(readDeployment(wanted, aJob('push', {repository: {id: 7}})))).toBe('event_unsupported')
  })

  test('given as another one needs the commit too', () => {
    const other = {name: sure(parseRepositoryName('octo-org/web')), id: sure(parseRepositoryId(7))}
    expect(readDeployment({...wanted, repository: other}, aJob('push'))).toMatchObject({
      fault: {code: 'input_invalid'},
    })
    expect(readDeployment({...given, repository: other}, aJob('push'))).toMatchObject({
      ok: true,
      value: {repository: 'octo-org/web', repositoryId: 7},
    })
  })

  test('is refused when the runner does not name it', () => {
    expect(shaOf(readDeployment(wanted, aJob('push', {}, {repositoryId: ''})))).toBe('event_unsupported')
    expect(shaOf(readDeployment(wanted, aJob('push', {}, {repository: 'octo-org'})))).toBe('event_unsupported')
  })
})

test('the pull request is named only for its own head', () => {
  const payload = {pull_request: {number: 42, head: {sha: head}}}
  const result = readDeployment(given, aJob('pull_request', payload))
  expect(result.ok && result.value.pullRequest).toBeUndefined()
})

describe('the payload file', () => {
  const payloadOf = (path: string) => readJob({GITHUB_EVENT_PATH: path}).payload

  test('may hold numbers that the strict parser of proofs refuses', () => {
    const path = join(emptyFolder(), 'event.json')
    writeFileSync(path, '{"deployment": {"payload": {"ratio": 1.0, "big": 1e400}}}')
    expect(payloadOf(path)).toMatchObject({ok: true})
  })

  test('that is missing, a folder or no JSON is a problem in words', () => {
    const folder = emptyFolder()
    mkdirSync(join(folder, 'dir'))
    writeFileSync(join(folder, 'text'), 'not json')
    expect(payloadOf('')).toMatchObject({fault: expect.stringContaining('GITHUB_EVENT_PATH')})
    expect(payloadOf(join(folder, 'none'))).toMatchObject({fault: expect.stringContaining('no such file')})
    expect(payloadOf(join(folder, 'dir'))).toMatchObject({fault: expect.stringContaining('directory')})
    expect(payloadOf(join(folder, 'text'))).toMatchObject({fault: expect.stringContaining('not JSON')})
  })
})
