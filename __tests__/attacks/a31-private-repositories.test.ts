/** A31: everything about a private repository, on every route, page and badge, byte for byte as of one that is not there. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {theRepository} from '../../sandbox/world.ts'
import {type Answer, type Asking, ask} from '../acceptance/answers.ts'
import {jobToken} from '../acceptance/jobs.ts'
import {operate} from '../acceptance/operator.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {addRepository} from '../faults/statements.ts'

const other = 'octo-org/other-service'
/** As long as the private one's name, so that nothing but the name can differ. */
const nameless = 'octo-org/apo-service'

type Name = 'nobody' | 'a forged token' | "another repository's job" | 'another auditor' | 'its job' | 'its auditor'
const strangers = ['nobody', 'a forged token', "another repository's job", 'another auditor'] as const
const own = ['its job', 'its auditor'] as const

let stage: Stage
let sha: string
let known: {readonly id: string; readonly decision: string; readonly repositoryId: string; readonly tree: string}
let bearers: Readonly<Record<Name, () => Promise<string | undefined>>>
beforeAll(async () => {
  stage = await Stage.open({private: true})
  sha = await stage.authorizeMain()
  const {id, decision, scope} = JSON.parse(stage.receiptText({sha})) as {
    readonly id: string
    readonly decision: string
    readonly scope: {readonly repositoryId: number; readonly tree: string}
  }
  known = {id, decision, repositoryId: String(scope.repositoryId), tree: scope.tree}
  await addRepository(stage, other)
  const auditor = (name: string, owner: number): string =>
    operate(stage, 'auditor', 'add', name, '--owner', String(owner))
  const its = auditor('its', theRepository(stage.world, repository).owner.id)
  const another = auditor('another', 7)
  bearers = {
    nobody: () => Promise.resolve(undefined),
    'a forged token': () => Promise.resolve('eyJhbGciOiJub25lIn0.e30.'),
    "another repository's job": () => jobToken(stage, {repository: other}),
    'another auditor': () => Promise.resolve(another),
    'its job': () => jobToken(stage),
    'its auditor': () => Promise.resolve(its),
  }
})
afterAll(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.close()
})

/** What does not exist, of the same length. */
const missing = (path: string): string => {
  const swapped: readonly (readonly [string, string])[] = [
    [known.id, 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'],
    [known.decision, 'dec_01jdaa3x7k9m2n4p6q8r0s2t4v'],
    [encodeURIComponent(repository), encodeURIComponent(nameless)],
    [repository, nameless],
    [known.repositoryId, '9'.repeat(known.repositoryId.length)],
  ]
  return swapped.reduce((text, [one, two]) => text.replaceAll(one, two), path)
}

/** The answer to what is there and to what is not; the second as if it had been asked for the first. */
async function both(path: string, name: Name, more: Asking = {}): Promise<readonly [Answer, Answer]> {
  const absent = missing(path)
  expect([absent.length, absent === path]).toEqual([path.length, false])
  const one = await ask(stage, path, {bearer: await bearers[name](), ...more})
  const two = await ask(stage, absent, {bearer: await bearers[name](), ...more})
  return [
    {...one, body: unsigned(missing(one.body))},
    {...two, body: unsigned(missing(two.body))},
  ]
}

/** A signed `unknown` names the id that was asked for and the second of asking, and its signature differs with both. */
const unsigned = (body: string): string =>
  body.includes('"status":"unknown"') ? body.replace(/"(at|signature)":"[^"]+"/g, '"$1":""') : body

const list = (query: Readonly<Record<string, string>>): string =>
  `/v1/receipts?${new URLSearchParams({environment: 'production', sha, ...query}).toString()}`

/** Each route, and whether its own see more there than strangers do. */
const routes: readonly (readonly [string, () => string])[] = [
  ['the list by name', () => list({repository})],
  ['the list by id', () => list({repository_id: known.repositoryId})],
  ['the list by tree', () => list({repository_id: known.repositoryId, tree: known.tree})],
  ['the receipt', () => `/v1/receipts/${known.id}`],
  ['the receipt for in-toto', () => `/v1/receipts/${known.id}.intoto.json`],
  ['its status', () => `/v1/receipts/${known.id}/status`],
  ['its decision', () => `/v1/decisions/${known.decision}`],
  [
    'the audit',
    () =>
      `/v1/audit?${new URLSearchParams({repository, environment: 'production', at: '2099-01-01T00:00Z'}).toString()}`,
  ],
  ['the badge', () => `/badge/${repository}/production.svg`],
  ['the badge as JSON', () => `/badge/${repository}/production.json`],
  ['the page', () => `/r/${known.id}`],
  ['the page as JSON', () => `/r/${known.id}.json`],
  ['the search in the ledger', () => `/ledger?q=${known.id}`],
]

describe.each(routes)('%s', (_, route) => {
  test.each(strangers)('tells %s what it tells of nothing', async (name) => {
    const [one, two] = await both(route(), name)
    expect(one).toEqual(two)
  })

  test.each(own)('tells %s', async (name) => {
    const [one, two] = await both(route(), name)
    expect(one.body).not.toBe(two.body)
    expect(one.status).toBe(200)
  })
})

test.each([...strangers, 'its job'] as const)(
  'evidence is for its auditor alone: %s is told what is told of nothing',
  async (name) => {
    const path = `/v1/decisions/${known.decision}/evidence`
    const [one, two] = await both(path, name)
    expect([one.status, one]).toEqual([404, two])
    const [shown] = await both(path, 'its auditor')
    expect([shown.status, JSON.parse(shown.body)]).toEqual([
      200,
      expect.objectContaining({type: 'countersign.evidence/v1'}),
    ])
  },
)

describe.each(['redemptions', 'executions'] as const)('a word told by POST to %s', (what) => {
  test.each(strangers)('is answered to %s as of nothing', async (name) => {
    const more = {method: 'POST', ...(what === 'executions' && {body: '{"event":"started"}'})} as const
    const [one, two] = await both(`/v1/receipts/${known.id}/${what}`, name, more)
    expect(one).toEqual(two)
    expect(one.status).toBe(name === "another repository's job" ? 404 : 401)
  })
})

describe('the link', () => {
  test.each(['/badge/octo-org/api-service/production.svg', '/r/'])(
    'opens %s, and a rotated one no more',
    async (at) => {
      const path = at === '/r/' ? `/r/${known.id}` : at
      const absent = await ask(stage, missing(path))
      const rotate = (): string => operate(stage, 'links', 'rotate', known.repositoryId)
      const link = rotate()
      const opened = await ask(stage, `${path}?link=${link}`)
      expect(opened.status).toBe(200)
      expect(missing(opened.body)).not.toBe(missing(absent.body))
      rotate()
      const closed = await ask(stage, `${path}?link=${link}`)
      expect({...closed, body: missing(closed.body)}).toEqual({...absent, body: missing(absent.body)})
    },
  )
})

describe('the ledger', () => {
  const entries = async (name: Name): Promise<readonly Readonly<Record<string, unknown>>[]> =>
    (await ask(stage, '/v1/ledger/entries', {bearer: await bearers[name]()})).body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)

  test.each(strangers)('shows %s numbers and hashes alone, but of its own beginning', async (name) => {
    const [first, ...rest] = await entries(name)
    expect(first).toHaveProperty('event', 'ledger.created')
    expect(rest.length).toBeGreaterThan(0)
    for (const entry of rest) expect(Object.keys(entry).sort()).toEqual(['hash', 'seq'])
  })

  test.each(own)('shows %s its own', async (name) => {
    expect((await entries(name)).map(({subject}) => subject)).toContain(known.id)
  })
})
