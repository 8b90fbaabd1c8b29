/** A70: a repository that turned private is read no further, its entries are dated by no search, and no name is told by the work. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {theRepository} from '../../sandbox/world.ts'
import {ask} from '../acceptance/answers.ts'
import {Stage, repository, until} from '../acceptance/stage.ts'
import {addRepository, authorize, letTimePass, propose} from '../faults/statements.ts'

const other = 'octo-org/other-service'
/** As long as the repository's name. */
const nameless = 'octo-org/apo-service'

let stage: Stage
let known: {readonly id: string; readonly decision: string}
beforeEach(async () => {
  stage = await Stage.open()
  await stage.authorize()
  known = JSON.parse(stage.receiptText()) as typeof known
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

/** Everything that a stranger may ask for of the receipt and its repository. */
const paths = (): readonly string[] => {
  const scope = (name: string): string => new URLSearchParams({repository: name, environment: 'production'}).toString()
  const repositoryId = theRepository(stage.world, repository).id
  return [
    `/badge/${repository}/production.svg`,
    `/badge/${repository}/production.json`,
    `/badges?${scope(repository)}`,
    `/v1/receipts?${scope(repository)}&sha=${stage.head}`,
    `/v1/receipts?repository_id=${repositoryId}&environment=production&sha=${stage.head}`,
    `/v1/receipts/${known.id}`,
    `/v1/receipts/${known.id}.intoto.json`,
    `/v1/receipts/${known.id}/status`,
    `/v1/decisions/${known.decision}`,
    `/v1/audit?${scope(repository)}&at=2099-01-01T00:00Z`,
    `/r/${known.id}`,
    `/r/${known.id}.json`,
    `/ledger?q=${known.id}`,
    `/ledger?q=${repository}`,
    '/ledger?q=octocat',
    '/ledger?q=2000-01-01T00:00Z',
  ]
}

/** The same of what is not there, and an answer as if it had been asked for that. */
const missing = (text: string): string =>
  [
    [known.id, 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'],
    [known.decision, 'dec_01jdaa3x7k9m2n4p6q8r0s2t4v'],
    [encodeURIComponent(repository), encodeURIComponent(nameless)],
    [repository, nameless],
    [`repository_id=${theRepository(stage.world, repository).id}`, 'repository_id=999999999'],
    ['q=octocat', 'q=nobody1'],
    ['2000-01-01T00:00Z', '2099-01-01T00:00Z'],
  ].reduce((all, [one = '', two = '']) => all.replaceAll(one, two), text)

const isShown = async (path: string): Promise<boolean> => {
  const {status, body} = await ask(stage, path)
  const says = path.endsWith('.intoto.json') ? 'payload' : path.startsWith('/v1/decisions') ? 'ey' : known.id
  return status === 200 && body.includes(path.startsWith('/badge') ? 'authorized by' : says)
}

async function expectAsMissing(): Promise<void> {
  for (const path of paths()) {
    const [one, two] = [await ask(stage, path), await ask(stage, missing(path))]
    const same = (body: string): string =>
      missing(body)
        .replace(/octocat|nobody1/g, 'x')
        .replace(/\d{4}-01-01T00:00Z|1 January \d{4}/g, 't')
    expect([path, {...one, body: same(one.body)}]).toEqual([path, {...two, body: same(two.body)}])
  }
  const lines = (await ask(stage, '/v1/ledger/entries')).body.trim().split('\n').slice(1)
  for (const line of lines) expect(Object.keys(JSON.parse(line) as object).sort()).toEqual(['hash', 'seq'])
  expect((await ask(stage, '/ledger')).body).not.toContain(known.id)
}

describe('a repository that turns private after its receipts were minted', () => {
  beforeEach(async () => {
    for (const path of paths()) {
      expect([path, await isShown(path)]).toEqual([path, true])
    }
    stage.world.setVisibility({repository, private: true})
  })

  test('is hidden, everywhere, by the next webhook, whatever it is about', async () => {
    stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body: '/countersign help'})
    await until(async () => ((await isShown(`/r/${known.id}`)) ? undefined : true), 'a page that is gone')
    await expectAsMissing()
  })

  test('is hidden when nothing is heard of it: it is looked at by itself', async () => {
    await stage.issuer.stop()
    await letTimePass(stage, 60_000)
    await stage.issuer.restart()
    await until(async () => ((await isShown(`/r/${known.id}`)) ? undefined : true), 'a page that is gone')
    await expectAsMissing()
  })

  test('is hidden when the App was taken away with it', async () => {
    stage.world.installations.length = 0
    await stage.issuer.stop()
    await letTimePass(stage, 60_000)
    await stage.issuer.restart()
    await until(async () => ((await isShown(`/r/${known.id}`)) ? undefined : true), 'a page that is gone')
    await expectAsMissing()
  })

  test('stays hidden while GitHub cannot tell, once it was heard', async () => {
    stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body: '/countersign help'})
    await until(async () => ((await isShown(`/r/${known.id}`)) ? undefined : true), 'a page that is gone')
    stage.world.addFault({match: '^(?:GET|POST) /', status: 503})
    await stage.issuer.stop()
    await letTimePass(stage, 60_000)
    await stage.issuer.restart()
    await until(() => (stage.issuer.output.includes('cannot be told now') ? true : undefined), 'a line')
    expect(await isShown(`/r/${known.id}`)).toBe(false)
  })

  test('is shown again when it is public again', async () => {
    stage.world.comment({repository, pullRequest: stage.pullRequest, by: 'octocat', body: '/countersign help'})
    await until(async () => ((await isShown(`/r/${known.id}`)) ? undefined : true), 'a page that is gone')
    stage.world.setVisibility({repository, private: false})
    await stage.issuer.stop()
    await letTimePass(stage, 3 * 60_000)
    await stage.issuer.restart()
    await until(async () => ((await isShown(`/r/${known.id}`)) ? true : undefined), 'the page')
  })
})

test('no search by time tells when something happened in private', async () => {
  const {world} = stage
  await addRepository(stage, other)
  const place = await propose(stage, other, 'feature')
  world.setVisibility({repository: other, private: true})
  // Behind the second of what was issued first.
  const began = Math.ceil(Date.now() / 1000) * 1000
  for (const environment of ['production', 'staging']) {
    const before = (await ask(stage, '/v1/ledger/checkpoint')).body
    authorize(stage, place, environment)
    await until(
      async () => ((await ask(stage, '/v1/ledger/checkpoint')).body === before ? undefined : true),
      'an entry',
    )
    await new Promise((resolve) => setTimeout(resolve, 1500))
  }
  const ended = Date.now()
  await stage.authorize()
  const later = (JSON.parse(stage.receiptText()) as {id: string}).id
  // From the second before the private entries to the one after them, each second is answered in the same words.
  const answers = new Set<string>()
  for (let at = began; at <= ended; at += 1000) {
    const time = new Date(at).toISOString().replace('.000Z', 'Z')
    const {status, body} = await ask(stage, `/ledger?q=${time}`)
    expect(status).toBe(200)
    expect(body).toContain(later)
    answers.add(body.replaceAll(time, 'T').replace(/Receipts from [^<]* on/, 'Receipts from T on'))
  }
  expect(answers.size).toBe(1)
})
