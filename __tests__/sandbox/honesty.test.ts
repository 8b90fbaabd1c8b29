/** The sandbox held against GitHub's own description: a whole tour without one disagreement, and checkers that can tell. */

import {existsSync} from 'node:fs'
import {createRequire} from 'node:module'

import {describe, expect, test} from '@jest/globals'
import {Octokit} from '@octokit/rest'

import {descriptionFile, type Exchange, loadChecker} from '../../sandbox/openapi.ts'
import {checkPayload} from '../../sandbox/payload-schemas.ts'
import {installationOctokit, repo, startListener, startTown, type Town} from './builders.ts'

const described = existsSync(descriptionFile)
if (!described) process.stderr.write(`GitHub's description is not at ${descriptionFile}: its tests are skipped\n`)
const maybe = described ? test : test.skip

const place = {owner: 'octo-org', repo: 'api'} as const

/** Every route that the gate and the issuer may use, once, through GitHub's own client. */
async function tour(town: Town, octokit: Octokit): Promise<void> {
  const {rest} = octokit
  const {sha, number} = town
  const {id} = town.world.comment({repository: repo, pullRequest: number, by: 'octocat', body: 'Hello'})
  await town.world.addDeployment({repository: repo, ref: 'main', environment: 'production', by: 'octocat'})
  await rest.repos.get(place)
  await rest.repos.getCollaboratorPermissionLevel({...place, username: 'octocat'})
  await rest.repos.getBranch({...place, branch: 'main'})
  await rest.repos.getContent({...place, path: ''})
  await rest.repos.getContent({...place, path: 'README.md', ref: 'feature'})
  await rest.repos.getCommit({...place, ref: sha})
  await rest.repos.compareCommitsWithBasehead({...place, basehead: 'main...feature'})
  await rest.repos.listPullRequestsAssociatedWithCommit({...place, commit_sha: sha})
  await rest.repos.getCombinedStatusForRef({...place, ref: sha})
  await rest.repos.listDeployments({...place, environment: 'production', per_page: 5})
  await octokit.request('GET /repos/{owner}/{repo}/activity', {...place, ref: 'feature', per_page: 5})
  await rest.git.getCommit({...place, commit_sha: sha})
  await rest.git.getTree({...place, tree_sha: sha, recursive: '1'})
  await rest.git.getRef({...place, ref: 'heads/main'})
  await rest.pulls.list({...place, state: 'all'})
  await rest.pulls.get({...place, pull_number: number})
  await rest.pulls.listFiles({...place, pull_number: number})
  await rest.pulls.listCommits({...place, pull_number: number})
  await rest.issues.listComments({...place, issue_number: number})
  await rest.issues.getComment({...place, comment_id: id})
  const made = await rest.issues.createComment({...place, issue_number: number, body: 'A panel'})
  await rest.issues.updateComment({...place, comment_id: made.data.id, body: 'A newer panel'})
  await rest.reactions.createForIssueComment({...place, comment_id: id, content: 'eyes'})
  await rest.users.getByUsername({username: 'octocat'})
  await octokit.request('GET /user/{account_id}', {account_id: made.data.user?.id ?? 0})
  await rest.teams.getMembershipForUserInOrg({org: 'octo-org', team_slug: 'release', username: 'octocat'})
  await rest.rateLimit.get()
}

async function tourOfChecks(town: Town, octokit: Octokit): Promise<void> {
  const {rest} = octokit
  const output = {title: 'Authorized', summary: 'By octocat', text: '{}'}
  const name = 'countersign / production'
  const run = {...place, name, head_sha: town.sha, status: 'completed', conclusion: 'success', output} as const
  const {data} = await rest.checks.create(run)
  await rest.checks.get({...place, check_run_id: data.id})
  await rest.checks.update({...place, check_run_id: data.id, status: 'completed', conclusion: 'failure'})
  await rest.checks.listForRef({...place, ref: town.sha, check_name: name, filter: 'latest', per_page: 50})
  const person = new Octokit({baseUrl: town.github.url, auth: town.tokens.hubot})
  await person.rest.repos.createCommitStatus({...place, sha: town.sha, state: 'success', context: name})
  await person.rest.users.getAuthenticated()
}

async function tourOfApps(town: Town, octokit: Octokit): Promise<void> {
  const {rest} = octokit
  const manifest = JSON.stringify({name: 'gate', url: 'https://example.com', redirect_url: 'https://example.com/made'})
  const code = new URL(town.world.confirmManifest({manifest})).searchParams.get('code') ?? ''
  await new Octokit({baseUrl: town.github.url}).rest.apps.createFromManifest({code})
  await rest.apps.getAuthenticated()
  await rest.apps.listInstallations()
  await rest.apps.getInstallation({installation_id: town.installation})
  await rest.apps.getRepoInstallation(place)
  await rest.apps.listReposAccessibleToInstallation()
  const {data} = await rest.apps.listWebhookDeliveries()
  await rest.apps.redeliverWebhookDelivery({delivery_id: data[0]?.id ?? 0})
}

maybe('a whole tour agrees with GitHub’s description, in every request and answer', async () => {
  const [town, listener] = await Promise.all([startTown(), startListener()])
  town.world.setHook({url: listener.url})
  town.world.setTeam({organization: 'octo-org', slug: 'release', members: [{login: 'octocat'}]})
  const octokit = await installationOctokit(town)
  await tour(town, octokit)
  await town.world.settled()
  await tourOfChecks(town, octokit)
  await tourOfApps(town, octokit)
  town.world.renameRepository({repository: repo, to: 'service'})
  await octokit.rest.repos.get(place)
  await town.world.mergePullRequest({repository: 'octo-org/service', pullRequest: town.number, by: 'octocat'})
  await octokit.rest.pulls.get({owner: 'octo-org', repo: 'service', pull_number: town.number})
  await town.world.settled()
  await Promise.all([town.github.close(), listener.close()])
  expect(town.world.listRequests().length).toBeGreaterThan(40)
  expect(town.world.violations).toEqual([])
})

describe('the checker', () => {
  const exchange: Exchange = {
    method: 'GET',
    url: new URL('http://127.0.0.1/repos/octo-org/api/issues/comments/1'),
    body: undefined,
    status: 200,
    type: 'application/json; charset=utf-8',
    answer: '{}',
  }
  const check = (more: Partial<Exchange>) => loadChecker()?.check({...exchange, ...more})

  maybe('sees an answer that lacks what GitHub always sends', () => {
    expect(check({})).toEqual([expect.stringMatching(/comments\/1: answer 200: .*required property 'id'/)])
  })

  maybe('sees a path, a status and a parameter that GitHub does not have', () => {
    expect(check({url: new URL('http://127.0.0.1/repos/octo-org/api/nothing')})).toEqual([
      "GET /repos/octo-org/api/nothing: not in GitHub's description",
    ])
    expect(check({status: 418})).toEqual([expect.stringContaining('status 418 is not described')])
    const url = new URL(`${exchange.url.href}?colour=blue`)
    expect(check({url, status: 404, answer: '{"message":"Not Found"}'})).toEqual([
      expect.stringContaining('parameter colour is not described'),
    ])
  })

  maybe('sees a parameter of the wrong kind and a body that is not as described', () => {
    const wrong = new URL('http://127.0.0.1/repos/octo-org/api/issues/comments/first')
    expect(check({url: wrong, status: 404, answer: '{}'})).toEqual([
      expect.stringContaining('parameter comment_id=first'),
    ])
    const patch = {method: 'PATCH', body: '{"text":"x"}', status: 404, answer: '{}'}
    expect(check(patch)).toEqual([expect.stringContaining("body:  must have required property 'body'")])
  })

  test('a route that the sandbox lacks is a violation, not a quiet 404', async () => {
    const town = await startTown()
    const {status} = await town.ask('/repos/octo-org/api/rulesets')
    await town.github.close()
    expect(status).toBe(501)
    expect(town.world.violations).toContainEqual(expect.stringContaining('the sandbox does not have this route'))
  })
})

interface Recorded {
  readonly name: string
  readonly examples: readonly object[]
}

describe('recorded webhooks', () => {
  const recorded = createRequire(import.meta.url)('@octokit/webhooks-examples') as readonly Recorded[]
  const events = ['issue_comment', 'pull_request', 'push', 'ping']

  // One recording of each event is older than the others, and lacks what GitHub has added since.
  test.each(events)('of the event %s are well-formed under the same check', (name) => {
    const examples = recorded.find((event) => event.name === name)?.examples ?? []
    const problems = examples.map((example) => checkPayload(name, example)).filter((found) => found.length > 0)
    expect(examples.length).toBeGreaterThan(3)
    expect(problems).toEqual([[expect.stringContaining('must have required property')]])
  })

  test('are refused when something is missing or too much', () => {
    const [, example] = recorded.find(({name}) => name === 'issue_comment')?.examples ?? []
    const without = Object.fromEntries(Object.entries(example ?? {}).filter(([key]) => key !== 'comment'))
    expect(checkPayload('issue_comment', without)).toEqual([expect.stringContaining("required property 'comment'")])
    expect(checkPayload('issue_comment', {...example, more: 1})).toEqual([
      expect.stringContaining('additional properties'),
    ])
    expect(checkPayload('nothing', {})).toEqual([expect.stringContaining('not in the published schemas')])
  })
})
