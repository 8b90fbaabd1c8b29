/** Webhooks: signed bytes, GitHub's headers and payloads, and redelivery only when somebody asks. */

import {createHmac} from 'node:crypto'

import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {verify} from '@octokit/webhooks-methods'

import {
  type AskOptions,
  installationOctokit,
  type Json,
  type Listener,
  type Received,
  repo,
  startListener,
  startTown,
  type Town,
} from './builders.ts'

let town: Town
let listener: Listener

beforeEach(async () => {
  ;[town, listener] = await Promise.all([startTown(), startListener()])
  town.world.setHook({url: listener.url})
})

afterEach(async () => {
  await Promise.all([town.github.close(), listener.close()])
  expect(town.world.violations).toEqual([])
})

const say = (body = 'Hello') => town.world.comment({repository: repo, pullRequest: town.number, by: 'octocat', body})

const bodyOf = (received: Received | undefined): Json => JSON.parse(received?.body.toString() ?? '{}') as Json

async function heard(): Promise<readonly {readonly event: string; readonly body: Json}[]> {
  await town.world.settled()
  return listener.received.map((one) => ({event: String(one.headers['x-github-event']), body: bodyOf(one)}))
}

test('a delivery is signed over its raw bytes, and carries GitHub’s headers', async () => {
  say('Zwölf 🚀')
  await town.world.settled()
  const [received] = listener.received
  const {webhookSecret, id} = await town.world.describeApp()
  const signature = String(received?.headers['x-hub-signature-256'])
  expect(signature).toBe(
    `sha256=${createHmac('sha256', webhookSecret)
      .update(received?.body ?? '')
      .digest('hex')}`,
  )
  expect(await verify(webhookSecret, received?.body.toString() ?? '', signature)).toBe(true)
  expect(received?.headers).toMatchObject({
    'x-github-event': 'issue_comment',
    'x-github-delivery': expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/),
    'x-github-hook-id': expect.stringMatching(/^\d+$/),
    'x-github-hook-installation-target-id': String(id),
    'x-github-hook-installation-target-type': 'integration',
    'user-agent': expect.stringMatching(/^GitHub-Hookshot\//),
    'content-type': 'application/json',
  })
})

test('a comment’s life is told: created, edited, deleted', async () => {
  const {id} = say('First')
  town.world.editComment({id, body: 'Second', by: 'hubot'})
  town.world.deleteComment({id})
  const [created, edited, deleted] = (await heard()).map(({body}) => body)
  expect(created).toMatchObject({
    action: 'created',
    issue: {number: town.number, pull_request: {url: `${town.github.url}/repos/${repo}/pulls/${town.number}`}},
    comment: {id, body: 'First', user: {login: 'octocat', type: 'User'}},
    installation: {id: town.installation},
    sender: {login: 'octocat'},
    organization: {login: 'octo-org'},
  })
  expect(edited).toMatchObject({
    action: 'edited',
    changes: {body: {from: 'First'}},
    comment: {body: 'Second'},
    sender: {login: 'hubot'},
  })
  expect(deleted).toMatchObject({action: 'deleted', comment: {id}})
})

test('a comment on a mere issue has no pull_request', async () => {
  const {number} = town.world.openIssue({repository: repo, author: 'hubot'})
  town.world.comment({repository: repo, pullRequest: number, by: 'octocat', body: '/authorize production'})
  const [said] = await heard()
  expect(said?.body['issue']).not.toHaveProperty('pull_request')
  expect(said?.body['issue']?.['number']).toBe(number)
})

test('a push is told with its real sender, then the pull request that it moved', async () => {
  const before = town.sha
  const author = {name: 'hubot', email: 'hubot@users.noreply.github.com'}
  const after = await town.world.push({
    repository: repo,
    branch: 'feature',
    pusher: 'octocat',
    author,
    files: {'b.txt': 'x'},
  })
  const [push, moved] = await heard()
  expect(push).toMatchObject({
    event: 'push',
    body: {
      ref: 'refs/heads/feature',
      before,
      after,
      forced: false,
      sender: {login: 'octocat'},
      pusher: {name: 'octocat'},
      head_commit: {id: after, author: {username: 'hubot'}, added: ['b.txt']},
    },
  })
  expect(moved).toMatchObject({
    event: 'pull_request',
    body: {action: 'synchronize', before, after, sender: {login: 'octocat'}, pull_request: {head: {sha: after}}},
  })
})

test('a pull request’s life is told: closed, reopened, edited, merged', async () => {
  const ask = {repository: repo, pullRequest: town.number, by: 'octocat'}
  town.world.closePullRequest(ask)
  town.world.reopenPullRequest(ask)
  await town.world.push({repository: repo, branch: 'other', pusher: 'hubot', sha: town.mainSha})
  await town.world.retargetPullRequest({...ask, base: 'other'})
  const {sha} = await town.world.mergePullRequest(ask)
  const pulls = (await heard()).filter(({event}) => event === 'pull_request').map(({body}) => body)
  expect(pulls.map((body) => body['action'])).toEqual(['closed', 'reopened', 'edited', 'closed'])
  expect(pulls[2]).toMatchObject({changes: {base: {ref: {from: 'main'}}}, pull_request: {base: {ref: 'other'}}})
  expect(pulls[3]).toMatchObject({pull_request: {merged: true, merge_commit_sha: sha, merged_by: {login: 'octocat'}}})
})

test('a pull request’s new title, and that it is a draft or ready', async () => {
  const ask = {repository: repo, pullRequest: town.number, by: 'octocat'}
  town.world.retitlePullRequest({...ask, title: 'Faster search'})
  for (const draft of [true, false]) town.world.setDraft({...ask, draft})
  const [edited, ...drafts] = (await heard()).map(({body}) => body)
  expect(edited).toMatchObject({action: 'edited', changes: {title: {}}, pull_request: {title: 'Faster search'}})
  expect(edited?.['changes']).not.toHaveProperty('base')
  expect(drafts).toMatchObject([
    {action: 'converted_to_draft', pull_request: {draft: true}},
    {action: 'ready_for_review', pull_request: {draft: false}},
  ])
})

test('a check run’s life is told: created, completed', async () => {
  const ask = {repository: repo, sha: town.sha, name: 'build'}
  const {id} = town.world.addCheckRun({...ask, status: 'in_progress'})
  town.world.concludeCheckRun({id, conclusion: 'failure'})
  town.world.addCheckRun({...ask, name: 'lint', conclusion: 'success'})
  const runs = await heard()
  expect(runs.map(({event}) => event)).toEqual(['check_run', 'check_run', 'check_run', 'check_run'])
  expect(runs.map(({body}) => body)).toMatchObject([
    {action: 'created', check_run: {id, status: 'in_progress', conclusion: null}},
    {action: 'completed', check_run: {id, name: 'build', head_sha: town.sha, conclusion: 'failure'}},
    {action: 'created', check_run: {name: 'lint'}},
    {action: 'completed', check_run: {name: 'lint', app: {slug: 'github-actions'}, conclusion: 'success'}},
  ])
})

test('a pull request is closed when its head branch is deleted', async () => {
  await town.world.deleteBranch({repository: repo, branch: 'feature', by: 'hubot'})
  const [push, closed] = await heard()
  expect(push).toMatchObject({event: 'push', body: {deleted: true, before: town.sha, after: '0'.repeat(40)}})
  expect(closed?.body).toMatchObject({action: 'closed', pull_request: {merged: false, state: 'closed'}})
})

test('a repository’s own hook says nothing of an installation', async () => {
  town.world.setHook({url: listener.url, mode: 'repository'})
  say()
  const [said] = await heard()
  expect(said?.body).not.toHaveProperty('installation')
  expect(listener.received[0]?.headers['x-github-hook-installation-target-type']).toBe('repository')
})

test('an App hears nothing of a repository where it is not installed', async () => {
  await town.world.addRepository({name: 'octocat/own', files: {}})
  const {number} = town.world.openIssue({repository: 'octocat/own', author: 'octocat'})
  town.world.comment({repository: 'octocat/own', pullRequest: number, by: 'octocat', body: 'Hello'})
  expect(await heard()).toEqual([])
})

test('a failed delivery stays failed until it is asked for again, with the same id and bytes', async () => {
  listener.status = 500
  say()
  await town.world.settled()
  expect(listener.received).toHaveLength(1)
  const octokit = await installationOctokit(town)
  const {data} = await octokit.request('GET /app/hook/deliveries', {status: 'failure'})
  expect(data).toMatchObject([{status_code: 500, event: 'issue_comment', action: 'created', redelivery: false}])
  listener.status = 202
  await octokit.request('POST /app/hook/deliveries/{delivery_id}/attempts', {delivery_id: Number(data[0]?.id ?? 0)})
  await town.world.settled()
  const [first, second] = listener.received
  expect(second?.body).toEqual(first?.body)
  expect(second?.headers['x-github-delivery']).toBe(first?.headers['x-github-delivery'])
  const listed = (await octokit.request('GET /app/hook/deliveries')).data
  expect(listed.map((one) => [one.status_code, one.redelivery])).toEqual([
    [202, true],
    [500, false],
  ])
})

test('a delivery is shown with what was sent, for three days', async () => {
  say()
  await town.world.settled()
  const octokit = await installationOctokit(town)
  const [delivery] = (await octokit.request('GET /app/hook/deliveries')).data
  const path = {delivery_id: Number(delivery?.id)}
  const {request} = (await octokit.request('GET /app/hook/deliveries/{delivery_id}', path)).data
  expect(request.payload).toEqual(JSON.parse(String(listener.received[0]?.body)))
  expect(request.headers).toMatchObject({'X-GitHub-Delivery': delivery?.guid})
  town.world.advance({seconds: 3 * 24 * 3600 + 1})
  const later = await installationOctokit(town)
  expect((await later.request('GET /app/hook/deliveries')).data).toEqual([])
  await expect(later.request('GET /app/hook/deliveries/{delivery_id}', path)).rejects.toMatchObject({status: 404})
})

test('the list of deliveries reaches back some hundreds, so the oldest of a busy day are gone', async () => {
  for (let count = 0; count < 502; count += 1) town.world.deliver({event: 'issue_comment', payload: {count}})
  await town.world.settled()
  const octokit = await installationOctokit(town)
  const all = await octokit.paginate('GET /app/hook/deliveries', {per_page: 100})
  const ids = town.world.listDeliveries().map(({id}) => id)
  expect(all.map(({id}) => id)).toEqual(ids.slice(2).reverse())
})

test('a listener that is gone is a failed delivery, and nothing throws', async () => {
  await listener.close()
  say()
  await town.world.settled()
  expect(town.world.listDeliveries()).toMatchObject([{statusCode: 502, status: 'failed to connect to host'}])
})

test('any payload can be sent under the hook’s signature', async () => {
  town.world.deliver({event: 'issue_comment', payload: {action: 'created', issue: null}})
  expect(await heard()).toEqual([{event: 'issue_comment', body: {action: 'created', issue: null}}])
})

test('a ping introduces the hook', async () => {
  town.world.ping()
  const {id} = await town.world.describeApp()
  expect(await heard()).toMatchObject([
    {event: 'ping', body: {hook: {type: 'App', app_id: id, config: {url: listener.url}}}},
  ])
})

test('what an App writes is told to it too', async () => {
  const token = town.world.issueWorkflowToken({repository: repo, permissions: {issues: 'write'}})
  const options: AskOptions = {token, method: 'POST', body: {body: 'From a workflow'}}
  await town.ask(`/repos/${repo}/issues/${town.number}/comments`, options)
  expect(await heard()).toMatchObject([
    {
      body: {
        comment: {performed_via_github_app: {slug: 'github-actions'}},
        sender: {login: 'github-actions[bot]', type: 'Bot'},
      },
    },
  ])
})
