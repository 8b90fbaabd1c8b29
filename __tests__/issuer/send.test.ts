/** What is published, once however often, on the sandbox GitHub. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {openGitHub} from '../../issuer/github/client.ts'
import type {CheckRun, Publication} from '../../issuer/model/publication.ts'
import {createPublisher} from '../../issuer/publish/send.ts'
import {issueInstallationToken} from '../../sandbox/accounts.ts'
import {name, openChange, type OpenedChange, say, setStage, type Stage} from './github-world.ts'

const key = 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w'
const marker = `<!-- countersign:${key} -->`

let stage: Stage
let change: OpenedChange
let publication: Publication
let warnings: string[]
/** Receipts that the store knows to be revoked. */
let revoked: string[]

beforeEach(async () => {
  stage = await setStage()
  change = await openChange(stage)
  warnings = []
  revoked = []
  const statement = say(stage, {pullRequest: change.number})
  const checkRun: CheckRun = {
    name: 'countersign / production',
    headSha: change.head,
    externalId: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w',
    conclusion: 'success',
    detailsUrl: 'https://countersign.example/v1/receipts/rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w',
    title: 'Authorized by octocat',
    summary: 'Until 15:30',
    text: '```json\n{}\n```',
  }
  publication = {
    repository: statement.repository,
    installation: stage.installation,
    pullRequest: change.number,
    commentId: statement.comment.id,
    reaction: 'rocket',
    reply: 'Authorized.',
    checkRuns: [checkRun],
  }
})

afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

const warn = (message: string): void => {
  warnings.push(message)
}
const isRevoked = (id: string): Promise<boolean> => Promise.resolve(revoked.includes(id))
/** By a process that remembers nothing. */
const publish = (what: Publication = publication): Promise<void> =>
  createPublisher({github: stage.github, warn, isRevoked}).publish(what, key)

const firstRun = (): CheckRun | undefined => publication.checkRuns?.[0]

const replies = (): readonly string[] =>
  [...stage.world.comments.values()].filter(({body}) => body.endsWith(marker)).map(({author}) => author.login)
const reactions = (): readonly string[] =>
  stage.world.comments.get(publication.commentId ?? 0)?.reactions.map(({content}) => content) ?? []

function expectAllOnce(): void {
  expect(stage.world.checkRuns.map(({app, externalId}) => [app.slug, externalId])).toEqual([
    ['countersign', firstRun()?.externalId],
  ])
  expect(replies()).toEqual(['countersign[bot]'])
  expect(reactions()).toEqual(['rocket'])
}

describe('a publication', () => {
  test('is a check run, then a reply, then a reaction', async () => {
    await publish()
    expectAllOnce()
    const written = stage.world.requests.filter(({method, path}) => method === 'POST' && path.startsWith('/repos/'))
    expect(written.map(({path}) => path.replace(/.*\//, ''))).toEqual(['check-runs', 'comments', 'reactions'])
    expect(stage.world.checkRuns[0]).toMatchObject({
      name: 'countersign / production',
      headSha: change.head,
      conclusion: 'success',
      detailsUrl: firstRun()?.detailsUrl,
      output: {title: 'Authorized by octocat', summary: 'Until 15:30', text: '```json\n{}\n```'},
    })
  })

  test('ends its reply with the marker, so that the first line stays the text', async () => {
    await publish()
    const reply = [...stage.world.comments.values()].at(-1)
    expect(reply?.body).toBe(`Authorized.\n\n${marker}`)
  })

  test('without a part sends the others alone', async () => {
    await publish({...publication, checkRuns: [], reaction: undefined})
    expect([stage.world.checkRuns.length, replies().length, reactions().length]).toEqual([0, 1, 0])
  })

  test('sent twice is there once', async () => {
    await publish()
    await publish()
    expectAllOnce()
  })

  test.each([
    ['before the check run', {match: '^POST .*/check-runs', status: 500}],
    ['after the check run was written', {match: '^POST .*/check-runs', status: 502, carriedOut: true}],
    ['before the reply', {match: '^POST .*/comments$', status: 500}],
    ['after the reply was written', {match: '^POST .*/comments$', cut: true}],
    ['before the reaction', {match: '^POST .*/reactions', status: 503}],
    ['after the reaction was written', {match: '^POST .*/reactions', status: 502, carriedOut: true}],
  ])('broken off %s and sent again is there once', async (_, fault) => {
    stage.world.addFault({...fault, times: 1})
    await expect(publish()).rejects.toMatchObject({name: 'GitHubUnavailable'})
    await publish()
    expectAllOnce()
  })

  test('finds its reply among hundreds of later comments', async () => {
    await publish()
    for (let i = 0; i < 230; i += 1) say(stage, {pullRequest: change.number, by: 'stranger', body: `me too ${i}`})
    await publish()
    expect(replies()).toHaveLength(1)
  })

  test('reads no comments from before the statement', async () => {
    for (let i = 0; i < 230; i += 1) say(stage, {pullRequest: change.number, by: 'stranger', body: `me too ${i}`})
    const {comment} = say(stage, {pullRequest: change.number})
    await publish({...publication, commentId: comment.id})
    const listed = stage.world.requests.filter(({method, path}) => method === 'GET' && path.includes('/comments?'))
    expect(listed.map(({path}) => /[?&]page=(\d+)/.exec(path)?.[1])).toEqual(['1', '3'])
    expect(replies()).toHaveLength(1)
  })

  test("is not silenced by somebody else's comment with its marker", async () => {
    say(stage, {pullRequest: change.number, by: 'stranger', body: `Denied!\n\n${marker}`})
    await publish()
    expect(replies()).toEqual(['stranger', 'countersign[bot]'])
  })

  test("is not silenced by somebody else's check run of its name and id", async () => {
    const {name: run = '', externalId = ''} = firstRun() ?? {}
    stage.world.addCheckRun({repository: name, sha: change.head, name: run, externalId, conclusion: 'success'})
    await publish()
    expect(stage.world.checkRuns.map(({app}) => app.slug)).toEqual(['github-actions', 'countersign'])
  })

  test('finds its check run among a hundred of other Apps', async () => {
    await publish()
    const {name: run = ''} = firstRun() ?? {}
    for (let i = 0; i < 100; i += 1) stage.world.addCheckRun({repository: name, sha: change.head, name: run})
    await publish()
    expect(stage.world.checkRuns.filter(({app}) => app.slug === 'countersign')).toHaveLength(1)
  })

  test('to a comment that was deleted is sent without the reaction', async () => {
    stage.world.deleteComment({id: publication.commentId ?? 0})
    await publish()
    expect([stage.world.checkRuns.length, replies().length]).toEqual([1, 1])
  })

  test('follows the repository to its new name', async () => {
    stage.world.renameRepository({repository: name, to: 'api'})
    await publish()
    expectAllOnce()
  })

  test('never goes to another repository of the name', async () => {
    stage.world.deleteRepository({repository: name})
    await stage.world.addRepository({name, files: {'README.md': 'new\n'}})
    const other = await openChange(stage)
    expect(other.number).toBe(change.number)
    await publish()
    expect([stage.world.checkRuns.length, replies().length]).toEqual([0, 0])
    expect(warnings).toEqual([expect.stringContaining('another repository has that name')])
  })

  test('still replies where the App lacks the permission for check runs, and stays unpublished', async () => {
    stage.world.addFault({match: '/check-runs', status: 403})
    await expect(publish()).rejects.toMatchObject({kind: 'permission'})
    expect([stage.world.checkRuns.length, replies().length, reactions().length]).toEqual([0, 1, 1])
  })

  test('waits with the reply while the check run cannot be written', async () => {
    stage.world.addFault({match: '/check-runs', rateLimit: 'secondary'})
    await expect(publish()).rejects.toMatchObject({kind: 'rate-limit', retryAfterMs: 1000})
    expect(replies()).toEqual([])
  })

  test('takes no key that could end the hidden comment', async () => {
    const publisher = createPublisher({github: stage.github, warn, isRevoked})
    await expect(publisher.publish(publication, 'x --> <b>')).rejects.toThrow('publication key')
  })
})

/** The same receipt's check run, red. */
const red = (): Publication => {
  const run = firstRun()
  if (run === undefined) throw new Error('the publication has no check run')
  const checkRuns = [run.externalId, 'rvk_1'].map((externalId) => ({
    ...run,
    externalId,
    conclusion: 'failure' as const,
  }))
  return {...publication, checkRuns, reply: undefined, reaction: undefined}
}

const conclusions = (): readonly unknown[] => stage.world.checkRuns.map(({conclusion}) => conclusion)
const states = (): readonly unknown[] => stage.world.statuses.map(({state}) => state)

const withToken = (token: string): ReturnType<typeof createPublisher> => {
  const github = openGitHub({apiUrl: stage.sandbox.url, version: '0.0.0', credentials: {kind: 'token', token}})
  return createPublisher({github, warn, isRevoked})
}
const byPerson = (): ReturnType<typeof createPublisher> => withToken(stage.people.monalisa.token)
/** A token of an installation of the App, as somebody may give it for a trial. */
const byInstallation = (): ReturnType<typeof createPublisher> => {
  const {world} = stage
  const [installation] = world.installations
  if (installation === undefined) throw new Error('the App is installed nowhere')
  const permissions = {...world.app.permissions, metadata: 'read'} as const
  return withToken(issueInstallationToken(world, {installation, permissions, repositories: undefined}).token)
}
const byApp = (): ReturnType<typeof createPublisher> => createPublisher({github: stage.github, warn, isRevoked})

const ways = [
  ['the App', byApp, conclusions],
  ["an installation's token", byInstallation, conclusions],
  ["a person's token", byPerson, states],
] as const

describe.each(ways)('by %s', (_, open, shown) => {
  test.each(['the same process', 'another process'])(
    'the same statement published twice by %s is one',
    async (process) => {
      const first = open()
      await first.publish(publication, key)
      await (process === 'another process' ? open() : first).publish(publication, key)
      expect(shown()).toEqual(['success'])
    },
  )

  test('of two at once, one writes it', async () => {
    const publisher = open()
    await Promise.all([
      publisher.publish(publication, key),
      publisher.publish({...publication, reply: undefined}, 'dec_2'),
    ])
    expect(shown()).toEqual(['success'])
  })

  test('while GitHub does not show yet what was written, it is not written again', async () => {
    stage.world.lag.ms = 60_000
    const publisher = open()
    await publisher.publish(publication, key)
    await publisher.publish(publication, key)
    expect(shown()).toEqual(['success'])
  })

  test('a late repeat after a revocation leaves no green one that is newer', async () => {
    await open().publish(publication, key)
    await open().publish(red(), 'dec_3')
    const before = shown()
    expect(before.at(-1)).toBe('failure')
    await open().publish(publication, key)
    expect(shown()).toEqual(before)
  })

  test('green that comes for the first time after the receipt was revoked is not written', async () => {
    revoked.push(firstRun()?.externalId ?? '')
    await open().publish(publication, key)
    expect(shown()).toEqual([])
    await open().publish(red(), 'dec_3')
    expect(shown().at(-1)).toBe('failure')
  })
})

test("a person's token: a late repeat behind a newer receipt's status is not written either", async () => {
  const publisher = byPerson()
  await publisher.publish(publication, key)
  await byPerson().publish(red(), 'dec_3')
  const next = {
    ...firstRun(),
    externalId: 'rcpt_dg_2',
    detailsUrl: 'https://countersign.example/v1/receipts/2',
  } as CheckRun
  await byPerson().publish({...publication, checkRuns: [next], reply: undefined}, 'dec_4')
  await byPerson().publish(publication, key)
  expect(states()).toEqual(['success', 'failure', 'success'])
})

describe("with a person's token", () => {
  const byToken = byPerson

  test('a commit status of the same name stands for the check run, and the log says so once', async () => {
    const publisher = byToken()
    await publisher.publish(publication, key)
    await publisher.publish(publication, key)
    expect(stage.world.checkRuns).toEqual([])
    expect(stage.world.statuses[0]).toMatchObject({
      sha: change.head,
      state: 'success',
      context: 'countersign / production',
      targetUrl: firstRun()?.detailsUrl,
      description: 'Authorized by octocat',
    })
    expect(warnings).toEqual([expect.stringContaining('issuer-url')])
    expect(stage.world.requests.filter(({path}) => path.includes('/check-runs'))).toEqual([])
    expect(replies()).toEqual(['monalisa'])
  })

  test("is not silenced by somebody else's status of its name and address", async () => {
    const {detailsUrl = '', name: context = ''} = firstRun() ?? {}
    await addStatus({context, targetUrl: detailsUrl, by: 'hubot'})
    await byToken().publish(publication, key)
    expect(states()).toEqual(['failure', 'success'])
  })

  test('an outage while writing the status is no refusal', async () => {
    stage.world.addFault({match: '^POST .*/statuses', status: 500, times: 1})
    await expect(byToken().publish(publication, key)).rejects.toMatchObject({kind: 'server'})
    expect(stage.world.statuses).toEqual([])
    await byToken().publish(publication, key)
    expect(states()).toEqual(['success'])
  })
})

interface Status {
  readonly context: string
  readonly targetUrl: string
  readonly by: 'hubot'
}

async function addStatus({context, targetUrl, by}: Status): Promise<void> {
  const answer = await fetch(`${stage.sandbox.url}/repos/${name}/statuses/${change.head}`, {
    method: 'POST',
    headers: {authorization: `Bearer ${stage.people[by].token}`, 'content-type': 'application/json'},
    body: JSON.stringify({state: 'failure', context, target_url: targetUrl}),
  })
  expect(answer.status).toBe(201)
}
