/** The panel: one comment of the issuer's on each pull request, which says where it stands whatever happens. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {testWith} from './home.ts'
import {onMain} from './jobs.ts'
import {Stage, repository, until} from './stage.ts'
import {expectAllowed} from './verdicts.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

const states = (body: string): readonly string[] =>
  [...body.matchAll(/^- . `([^`]+)`: \*\*([^*]+)\*\*/gmu)].map(([, name = '', state = '']) => `${name}: ${state}`)
const here = (pullRequest = stage.pullRequest): readonly string[] => states(stage.panels(pullRequest)[0]?.body ?? '')
const push = (files: Readonly<Record<string, string>>, branch = 'feature', pusher = 'hubot') =>
  stage.world.push({repository, branch, pusher, files})
const commentsRewritten = '^PATCH /repos/octo-org/api-service/issues/comments/'

describe('follows what happens, in one comment', () => {
  test('opened, authorized, moved, denied, lifted, revoked', async () => {
    expect(here()).toEqual(['production: needs authorization', 'staging: needs authorization'])
    expect(stage.panels()[0]?.body).toContain(`/authorize production ${stage.head}\n`)
    await stage.authorize()
    await stage.panel('`production`: \\*\\*authorized\\*\\* by `octocat` until')
    const head = await push({'more.txt': 'more'})
    const moved = await stage.panel(`/authorize production ${head}`)
    expect(states(moved)).toEqual(['production: needs authorization', 'staging: needs authorization'])
    expect(moved).toContain(`an earlier commit of it, \`${stage.head}\``)
    await stage.say('/deny production', {by: 'hubot'})
    await stage.panel('`production`: \\*\\*denied\\*\\*: #.\\d+ by `hubot`')
    stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
    await stage.say('/deny staging', {by: 'monalisa'})
    await stage.panel('`staging`: \\*\\*denied\\*\\*: #.\\d+ by `monalisa`')
    await stage.say(`/authorize staging ${head}`, {by: 'monalisa'})
    await stage.panel('`staging`: \\*\\*authorized\\*\\* by `monalisa`')
    await stage.say('/revoke staging', {by: 'octocat'})
    await stage.panel('`staging`: \\*\\*revoked\\*\\* by `octocat`')
    expect(stage.panels()).toHaveLength(1)
  })

  test('approvals are counted, under the policy that is there', async () => {
    await push(
      {'.github/countersign.yml': 'version: 1\nenvironments:\n  production: {approvals: 2}\n'},
      'main',
      'octocat',
    )
    await stage.authorize()
    const body = await stage.panel('waits for 1 more person')
    expect(states(body)).toEqual(['production: waits for 1 more person'])
    expect(body).toContain('The rules are those of `.github/countersign.yml` on the default branch.')
    expect(body).toContain('- ⚠️ It is 1 commit behind its base.')
  })

  test('closed without being merged it keeps what was last', async () => {
    await stage.authorize()
    await stage.say('/deny staging')
    stage.world.closePullRequest({repository, pullRequest: stage.pullRequest, by: 'hubot'})
    const body = await stage.panel('`production`: \\*\\*revoked\\*\\*, since the pull request was closed by `hubot`')
    expect(body).toContain('**Closed without being merged:**')
    expect(states(body)).toEqual(['production: revoked', 'staging: denied'])
    expect(body).not.toContain('/authorize')
    expect(stage.panels()).toHaveLength(1)
  })

  test('merged it is about the merge commit, and then about what its deployment came to', async () => {
    const sha = await stage.authorizeMain()
    const body = await stage.panel('`production`: \\*\\*authorized')
    expect(body).toContain(`About the merge commit, \`${sha}\``)
    expect(states(body)).toEqual(['production: authorized', 'staging: needs authorization'])
    const {main} = await stage.deploy(onMain())
    expectAllowed(main, sha)
    const ran = await stage.panel('as its job reported in \\[run ')
    expect(ran).toContain('- 🚀 `production`: **deployed**, as its job reported in')
    expect(ran).toContain('; authorized by `octocat` until **')
  })
})

describe('follows GitHub and the clock, though nobody says anything', () => {
  const policy = (rules: string) =>
    push({'.github/countersign.yml': `version: 1\nenvironments:\n  production: ${rules}\n`}, 'main', 'octocat')
  const end = (id: number, conclusion: 'success' | 'failure') => stage.world.concludeCheckRun({id, conclusion})
  const rewritten = () => stage.world.requests.filter(({method}) => method === 'PATCH').length
  /** How often the pull request was read for its panel since then: each reading asks twice for it. */
  const readings = (since: number) =>
    stage.world.requests.slice(since).filter(({path}) => path.endsWith(`/pulls/${stage.pullRequest}`)).length / 2

  test('a required check that turns red or green, and no other', async () => {
    await policy('{checks: [build]}')
    const sha = await push({'more.txt': 'more'})
    await stage.panel('build has no run on this commit')
    const checks = ['lint', 'build'].map((check) =>
      stage.world.addCheckRun({repository, sha, name: check, status: 'in_progress'}),
    )
    const [lint, build] = checks.map(({id}) => id)
    const asked = stage.world.requests.length
    end(lint ?? 0, 'success')
    await stage.world.settled()
    // Behind it in the lane of the repository's panels.
    end(build ?? 0, 'failure')
    await stage.panel('a run of build is failure')
    expect(readings(asked)).toBe(1)
    stage.world.checkRuns.splice(0)
    end(stage.world.addCheckRun({repository, sha, name: 'build', status: 'queued'}).id, 'success')
    expect(states(await stage.panel('`production`: \\*\\*needs authorization'))).toEqual([
      'production: needs authorization',
    ])
  })

  test('our own check runs ask for nothing, though the policy waits for one', async () => {
    await policy('{checks: ["countersign / production"]}')
    const sha = await push({'more.txt': 'more'})
    await stage.panel(sha)
    const asked = stage.world.requests.length
    stage.world.addCheckRun({repository, sha, name: 'countersign / production', conclusion: 'success'})
    await stage.world.settled()
    expect(stage.world.hooks.deliveries.filter(({event}) => event === 'check_run')).toHaveLength(2)
    await stage.panel(await push({'still.txt': 'more'}))
    expect(readings(asked)).toBe(1)
  })

  test('its base is changed, and changed back; its title and description change nothing', async () => {
    const {pullRequest} = stage
    await push({'old.txt': 'old'}, 'release', 'octocat')
    await stage.world.retargetPullRequest({repository, pullRequest, by: 'hubot', base: 'release'})
    const moved = await stage.panel('The pull request goes into release')
    expect(states(moved)).toEqual(['production: cannot be authorized', 'staging: cannot be authorized'])
    await stage.world.retargetPullRequest({repository, pullRequest, by: 'hubot', base: 'main'})
    await stage.panel('`production`: \\*\\*needs authorization')
    const before = rewritten()
    const asked = stage.world.requests.length
    for (let n = 0; n < 20; n += 1)
      stage.world.retitlePullRequest({
        repository,
        pullRequest,
        by: 'hubot',
        title: `${n} @octocat <!-- countersign-panel -->`,
      })
    await stage.world.settled()
    expect(stage.world.requests.slice(asked)).toEqual([])
    for (const draft of [true, false]) stage.world.setDraft({repository, pullRequest, by: 'hubot', draft})
    await stage.world.settled()
    await stage.say('/countersign help')
    await stage.authorize()
    await stage.panel('`production`: \\*\\*authorized')
    expect(rewritten()).toBe(before + 1)
  })

  test('closed and opened again', async () => {
    const {pullRequest} = stage
    stage.world.closePullRequest({repository, pullRequest, by: 'hubot'})
    await stage.panel('Closed without being merged')
    stage.world.reopenPullRequest({repository, pullRequest, by: 'hubot'})
    await stage.panel('`production`: \\*\\*needs authorization')
    expect(stage.panels()).toHaveLength(1)
  })

  test('a receipt that expires while the issuer is away', async () => {
    await policy('{ttl: 2s}')
    await stage.authorize()
    await stage.panel('`production`: \\*\\*(authorized|expired)')
    await stage.issuer.stop()
    const {expiresAt} = JSON.parse(stage.receiptText()) as {expiresAt: string}
    await until(() => (Date.now() > Date.parse(expiresAt) ? true : undefined), 'the end of the receipt')
    await stage.issuer.restart()
    await stage.panel('`production`: \\*\\*expired\\*\\* at')
    expect(stage.panels()).toHaveLength(1)
  })
})

describe('one comment, whatever happens', () => {
  test('after a restart it is found again', async () => {
    await stage.issuer.stop()
    await stage.issuer.restart()
    await stage.authorize()
    await stage.panel('`production`: \\*\\*authorized')
    expect(stage.panels()).toHaveLength(1)
  })

  test('somebody who copies it changes nothing about it, and keeps theirs', async () => {
    const copy = stage.panels()[0]?.body ?? ''
    const {id} = stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'monalisa', body: copy})
    await stage.authorize()
    await stage.panel('`production`: \\*\\*authorized')
    expect(stage.world.comments.get(id)?.body).toBe(copy)
  })

  test('somebody who deletes it gets a new one at the next event', async () => {
    stage.world.deleteComment({id: stage.panels()[0]?.id ?? 0, by: 'octocat'})
    await stage.authorize()
    await stage.panel('`production`: \\*\\*authorized')
  })

  test('that somebody deleted comes back once', async () => {
    stage.world.deleteComment({id: stage.panels()[0]?.id ?? 0, by: 'octocat'})
    const head = await push({'more.txt': 'more'})
    await stage.panel(`/authorize production ${head}`)
    await stage.authorize({sha: head})
    await stage.panel('`production`: \\*\\*authorized')
    expect(stage.panels()).toHaveLength(1)
  })

  test.each([
    ['its words', (body: string) => body.replace('needs authorization', 'authorized')],
    ['its end, with other line ends', (body: string) => `${body.replaceAll('\n', '\r\n')}\r\n\r\nTrust me.`],
    ['its mark, which is gone', (body: string) => body.slice(0, body.indexOf('<!--'))],
  ])('of which somebody edited %s is set right at the next event', async (_, edit) => {
    const [panel] = stage.panels()
    if (panel === undefined) throw new Error('there is no panel')
    stage.world.editComment({id: panel.id, by: 'hubot', body: edit(panel.body)})
    await stage.authorize({environment: 'staging'})
    await stage.panel('`staging`: \\*\\*authorized')
    expect(here()).toEqual(['production: needs authorization', 'staging: authorized'])
    expect(stage.panels().map(({id}) => id)).toEqual([panel.id])
    expect(stage.panels()[0]?.body).not.toContain('Trust me')
  })

  test('that cannot be rewritten fails no statement, and is mended at the next event', async () => {
    stage.world.addFault({match: commentsRewritten, status: 502, times: 1})
    expect(await stage.authorize()).toContain('Authorized for `production`')
    expectAllowed(await stage.gate(), stage.head)
    await until(() => (stage.issuer.output.includes('a panel could not be refreshed') ? true : undefined), 'a warning')
    expect(here()).toContain('production: needs authorization')
    await stage.authorize({environment: 'staging'})
    expect(states(await stage.panel('`staging`: \\*\\*authorized'))).toContain('production: authorized')
  })

  test('is tried again after a push, until GitHub takes it', async () => {
    stage.world.addFault({match: commentsRewritten, status: 502, times: 1})
    const head = await push({'more.txt': 'more'})
    await stage.panel(head)
    expect(stage.panels()).toHaveLength(1)
  })
})

describe('what strangers can make it cost', () => {
  test('a pull request from a fork: a dozen questions and one comment, which says why nothing of it can be authorized', async () => {
    const {world} = stage
    await world.addRepository({name: 'monalisa/api-service', forkOf: repository})
    await world.push({repository: 'monalisa/api-service', branch: 'gift', pusher: 'monalisa', files: {'a.txt': 'a'}})
    const asked = world.requests.length
    const {number} = await world.openPullRequest({
      repository,
      headRepository: 'monalisa/api-service',
      head: 'gift',
      author: 'monalisa',
    })
    const body = await stage.panel('its branch is in a fork', number)
    expect(body).not.toContain('/authorize')
    const first = world.requests.length - asked
    expect(first).toBeLessThanOrEqual(12)
    await world.push({repository: 'monalisa/api-service', branch: 'gift', pusher: 'monalisa', files: {'b.txt': 'b'}})
    await world.settled()
    await stage.say('/countersign help', {pullRequest: number})
    expect(stage.panels(number)).toHaveLength(1)
  })

  test('a comment of somebody without standing: nothing is read for the panel', async () => {
    const asked = stage.world.requests.length
    await stage.say(`/authorize production ${stage.head}`, {by: 'monalisa'})
    const paths = stage.world.requests.slice(asked).map(({path}) => path)
    expect(paths.filter((path) => /\/(pulls|compare|activity|git)\//.test(path))).toEqual([])
  })
})

describe('the badge of an environment that never had a receipt', () => {
  const badge = async (environment: string): Promise<unknown> => {
    const answer = await fetch(`${stage.issuer.url}/badge/${repository}/${environment}.json`)
    return ((await answer.json()) as {readonly message: unknown}).message
  }

  test('tells what waits and what was denied', async () => {
    expect(await badge('production')).toBe('unknown')
    await push(
      {'.github/countersign.yml': 'version: 1\nenvironments:\n  production: {approvals: 2}\n'},
      'main',
      'octocat',
    )
    await stage.authorize()
    expect(await badge('production')).toBe('pending')
    await stage.say('/deny production')
    expect(await badge('production')).toBe('denied')
  })

  test('tells nothing of a private repository', async () => {
    await stage.close()
    stage = await Stage.open({private: true})
    await stage.say('/deny production')
    expect(await badge('production')).toBe('unknown')
  })
})

test('an owner who is not served gets none', async () => {
  await stage.close()
  stage = await Stage.open({env: {COUNTERSIGN_OWNERS: 'somebody-else'}})
  await stage.world.settled()
  expect(stage.panels()).toEqual([])
  await stage.close()
  stage = await Stage.open()
})

testWith('a plain token', 'with a plain token it is the comment of the token’s account', async () => {
  await stage.close()
  stage = await Stage.open({plainToken: true})
  await stage.panel('needs authorization')
  await stage.authorize()
  await stage.panel('`production`: \\*\\*authorized')
  expect(stage.panels().map(({by}) => by)).toEqual(['countersign-operator'])
})
