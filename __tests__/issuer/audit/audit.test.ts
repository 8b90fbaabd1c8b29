/** GET /v1/audit over real SQLite: what it joins, who sees it, and that the command which reads it finds it proven. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {
  type Audit,
  type Receipt,
  parseAudit,
  parseCommitSha,
  parseEnvironment,
  parseJson,
  parseMoment,
  parseOrigin,
  parsePinnedKeys,
  parseRepositoryName,
  readTokenKeys,
} from '#protocol'
import type {Deployment} from '../../../issuer/model/deployments.ts'
import {auditRoutes} from '../../../issuer/api/audit-routes.ts'
import type {Job} from '../../../issuer/model/caller.ts'
import type {CallerTools} from '../../../issuer/api/callers/read-caller.ts'
import {makeToken} from '../../../issuer/api/callers/secret-token.ts'
import {GitHubUnavailable} from '../../../issuer/github/unavailable.ts'
import {judgeAudit} from '../../../src/cli/audit/judge.ts'
import {sure} from '../../action/asks.ts'
import {commit} from '../../protocol/builders.ts'
import {
  SeededStore,
  issuer,
  ledgerKey,
  owner,
  receiptKey,
  repositoryIdOf,
  run,
  tokenKey,
  toldBody,
  usedBody,
} from './seed.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-audit-'))
afterAll(() => rmSync(folder, {recursive: true, force: true}))

let files = 0
let seed: SeededStore
let deployments: readonly Deployment[] | null
let asked: number
beforeEach(async () => {
  seed = await SeededStore.open(join(folder, `${++files}.db`))
  deployments = null
  asked = 0
})
afterEach(() => seed.durable.close())

/** Who asks, by the bearer that they show. */
const bearers = {
  anyone: undefined,
  auditor: makeToken('csat_'),
  otherAuditor: makeToken('csat_'),
  job: {text: 'its-job'},
  otherJob: {text: 'other-job'},
  unclear: {text: 'unclear'},
} as const
type Who = keyof typeof bearers

const jobs: ReadonlyMap<string, number> = new Map([
  ['its-job', 1296269],
  ['other-job', 7],
])
const callers: CallerTools = {
  auditors: {
    auditor: (digest) => {
      const owners = digest === bearers.auditor.digest ? [owner] : digest === bearers.otherAuditor.digest ? [7] : []
      return Promise.resolve({name: 'octocat', owners, createdAt: 0, expiresAt: Infinity})
    },
  },
  links: {linked: () => Promise.resolve(undefined)},
  jobTokens: {
    verify: (text) => {
      if (text === 'unclear') return Promise.reject(new GitHubUnavailable('network', 'no keys'))
      const id = jobs.get(text)
      return Promise.resolve(id === undefined ? undefined : ({kind: 'job', repositoryId: repositoryIdOf(id)} as Job))
    },
  },
  now: () => Date.parse('2026-04-02T14:40:00Z'),
}
const quiet = {info: () => undefined, warn: () => undefined, error: () => undefined}

const usual = {repository: 'octo-org/api-service', environment: 'production', at: '2026-04-02T14:35Z'}

async function ask(query: Readonly<Record<string, string>> = usual, who: Who = 'anyone'): Promise<Response> {
  const {store, records, ledger, checkpoints} = seed.durable
  const source = {
    deployments: () => {
      asked += 1
      return Promise.resolve(deployments)
    },
  }
  const routes = auditRoutes({
    ...{store, records, ledger, checkpoints, deployments: source},
    ...callers,
    log: quiet,
  })
  const bearer = bearers[who]?.text
  const headers = bearer === undefined ? {} : {authorization: `Bearer ${bearer}`}
  return await routes.request(`/?${new URLSearchParams(query).toString()}`, {headers})
}

async function read(query: Readonly<Record<string, string>> = usual, who: Who = 'anyone'): Promise<Audit> {
  const response = await ask(query, who)
  expect(response.status).toBe(200)
  const json = parseJson(await response.text())
  const parsed = json.ok ? parseAudit(json.value) : {ok: false as const, fault: json.reason}
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

/** What `countersign audit` makes of the answer. */
function judge(audit: Audit): ReturnType<typeof judgeAudit> {
  const pinned = parsePinnedKeys(receiptKey.pin)
  const tokens = readTokenKeys(tokenKey.publicKey)
  if (!pinned.ok || !tokens.ok) throw new Error('test keys')
  const question = {
    issuer: sure(parseOrigin(issuer)),
    repository: sure(parseRepositoryName(usual.repository)),
    environment: sure(parseEnvironment(usual.environment)),
    at: sure(parseMoment(usual.at)),
  }
  const keys = {receipts: pinned.value, tokens: tokens.value, ledger: ledgerKey}
  return judgeAudit(audit, {question, answer: audit, keys})
}

const idsOf = ({records}: Audit): readonly string[] => records.map(({receipt}) => (receipt as Receipt).id)
const hour = {issuedAt: '2026-04-02T14:31:00Z', expiresAt: '2026-04-02T15:31:00Z'}
const early = {issuedAt: '2026-04-02T14:30:10Z', expiresAt: '2026-04-02T14:34:00Z'}

describe('the answer', () => {
  test('joins receipt, token, entry and proof, and the command finds all of it proven', async () => {
    const first = await seed.issue({n: 1, ...early})
    const second = await seed.issue({n: 2, ...hour})
    await seed.sign()
    const audit = await read()
    expect(idsOf(audit)).toEqual([second.id, first.id])
    expect(audit).toMatchObject({repositoryId: 1296269, at: '2026-04-02T14:35:00Z', running: null, unauthorized: null})
    expect(audit.records.map(({state}) => state)).toEqual(['active', 'expired'])
    const {records, authorized, faults} = judge(audit)
    expect(faults).toEqual([])
    expect(records.map((record) => record.valid)).toEqual([true, true])
    expect(authorized?.receipt).toEqual(second)
    expect(authorized?.place).toMatchObject({seq: 2, size: 3})
  })

  test('holds only what was issued at the moment or before, and of that the newest twenty', async () => {
    for (let n = 1; n <= 23; n++) {
      await seed.issue({n, issuedAt: `2026-04-02T14:31:${String(n).padStart(2, '0')}Z`, expiresAt: hour.expiresAt})
    }
    await seed.issue({n: 50, issuedAt: '2026-04-02T14:35:00Z', expiresAt: hour.expiresAt})
    await seed.issue({n: 51, issuedAt: '2026-04-02T14:35:01Z', expiresAt: hour.expiresAt})
    expect(idsOf(await read()).map((id) => Number(id.slice(-2)))).toEqual([
      50,
      ...Array.from({length: 19}, (_, i) => 23 - i),
    ])
    const past = await read({...usual, at: '2026-04-02T14:31:02Z'})
    expect(idsOf(past).map((id) => Number(id.slice(-2)))).toEqual([2, 1])
    expect(idsOf(await read({...usual, at: '2026-04-02T14:30Z'}))).toEqual([])
  })

  test('without a moment is about now', async () => {
    const {repository, environment} = usual
    expect((await read({repository, environment})).at).toBe('2026-04-02T14:40:00Z')
  })

  test('is about one environment of one repository', async () => {
    await seed.issue({n: 1, ...hour, scope: {environment: 'staging'}})
    await seed.issue({n: 2, ...hour, scope: {repository: 'octo-org/website', repositoryId: 7}})
    expect(idsOf(await read())).toEqual([])
  })

  test('of an entry that no checkpoint covers yet has no proof', async () => {
    await seed.sign()
    await seed.issue({n: 1, ...hour})
    const audit = await read()
    expect(audit.records[0]?.inclusion).toBeNull()
    expect(judge(audit).records).toMatchObject([{valid: false, code: 'audit_not_covered'}])
  })

  test('is kept by nobody on its way', async () => {
    expect((await ask()).headers.get('cache-control')).toBe('no-store')
  })
})

describe('what happened to a receipt', () => {
  test.each([
    ['before the moment', '2026-04-02T14:35:00Z', 'revoked'],
    ['after it', '2026-04-02T14:35:01Z', 'active'],
  ])('a revocation %s is shown, and the state is that of the moment', async (_, at, state) => {
    const receipt = await seed.issue({n: 1, ...hour})
    await seed.revoke(receipt, at)
    await seed.sign()
    const audit = await read()
    expect(audit.records[0]).toMatchObject({state, revocation: {receipt: receipt.id, at}})
    expect(judge(audit)).toMatchObject({faults: [], records: [{valid: true, state}]})
  })

  test('a redemption and the reports of its job are shown, without what only the ledger needs', async () => {
    const receipt = await seed.issue({n: 1, ...hour})
    await seed.tell(receipt, 'receipt.redeemed', usedBody(receipt, '2026-04-02T14:32:00Z'))
    await seed.tell(receipt, 'deploy.started', toldBody(receipt, '2026-04-02T14:32:10Z', {event: 'started'}))
    const finished = {event: 'finished', outcome: 'success', environment: 'not attested'}
    await seed.tell(receipt, 'deploy.finished', toldBody(receipt, '2026-04-02T14:33:00Z', finished))
    await seed.sign()
    const audit = await read()
    expect(audit.running).toBe(receipt.id)
    expect(audit.records[0]).toMatchObject({
      state: 'redeemed',
      redemption: {run: {id: run.id, attempt: run.attempt}, at: '2026-04-02T14:32:00Z'},
      executions: [
        {run, event: 'started', at: '2026-04-02T14:32:10Z', environment: 'attested'},
        {run, at: '2026-04-02T14:33:00Z', ...finished},
      ],
    })
    expect(JSON.stringify(audit)).not.toContain('nonce')
    expect(judge(audit).running?.receipt.id).toBe(receipt.id)
  })

  test('running is what was deployed last, not what was authorized last', async () => {
    const older = await seed.issue({n: 1, ...early})
    const newer = await seed.issue({n: 2, ...hour})
    const success = {event: 'finished', outcome: 'success'}
    await seed.tell(newer, 'deploy.finished', toldBody(newer, '2026-04-02T14:32:00Z', success))
    await seed.tell(older, 'deploy.finished', toldBody(older, '2026-04-02T14:33:00Z', success))
    expect((await read()).running).toBe(older.id)
    expect((await read({...usual, at: '2026-04-02T14:33:00Z'})).running).toBe(newer.id)
    await seed.tell(newer, 'deploy.finished', toldBody(newer, '2026-04-02T14:34:00Z', success))
    expect((await read()).running).toBe(newer.id)
  })

  test.each(['failure', 'cancelled'])('a deployment that ended with %s is not running', async (outcome) => {
    const receipt = await seed.issue({n: 1, ...hour})
    await seed.tell(receipt, 'deploy.finished', toldBody(receipt, '2026-04-02T14:33:00Z', {event: 'finished', outcome}))
    expect((await read()).running).toBeNull()
  })
})

describe('a repository that is not public', () => {
  test.each<Who>(['anyone', 'otherAuditor', 'otherJob'])('is to %s as one that does not exist', async (who) => {
    await seed.issue({n: 1, ...hour, public: false})
    const hidden = await ask(usual, who)
    const missing = await ask({...usual, repository: 'octo-org/nothing'}, who)
    expect((await hidden.text()).replace('api-service', 'nothing')).toBe(await missing.text())
    expect([...hidden.headers]).toEqual([...missing.headers])
    expect(asked).toBe(0)
  })

  test.each<Who>(['auditor', 'job'])('is shown to its own: %s', async (who) => {
    const receipt = await seed.issue({n: 1, ...hour, public: false})
    expect(idsOf(await read(usual, who))).toEqual([receipt.id])
  })

  test('is an outage to a job whose token cannot be judged now', async () => {
    const response = await ask(usual, 'unclear')
    expect([response.status, await response.json()]).toMatchObject([503, {error: {code: 'github_unreachable'}}])
  })

  test('shows of a mixed past what was made while it was public', async () => {
    await seed.issue({n: 1, ...early, public: false})
    const receipt = await seed.issue({n: 2, ...hour})
    expect(idsOf(await read())).toEqual([receipt.id])
  })
})

describe("GitHub's deployments", () => {
  const deployment = (id: number, overrides: Partial<Deployment> = {}): Deployment => ({
    id,
    sha: sure(parseCommitSha(commit)),
    at: sure(parseMoment('2026-04-02T14:32Z')),
    url: `https://api.github.com/repos/octo-org/api-service/deployments/${id}`,
    ...overrides,
  })

  test('that no receipt covers are named', async () => {
    await seed.issue({n: 1, ...early, scope: {sha: 'c'.repeat(40)}})
    const receipt = await seed.issue({n: 2, ...hour})
    deployments = [
      deployment(1),
      deployment(2, {sha: sure(parseCommitSha('b'.repeat(40)))}),
      deployment(3, {sha: sure(parseCommitSha('c'.repeat(40))), at: early.expiresAt as never}),
      deployment(4, {at: '2026-04-02T14:20:00Z' as never}),
    ]
    expect((await read(usual, 'auditor')).unauthorized?.map((one) => one.deployment)).toEqual([2, 3])
    await seed.revoke(receipt, '2026-04-02T14:31:30Z')
    expect((await read(usual, 'auditor')).unauthorized?.map((one) => one.deployment)).toEqual([1, 2, 3])
  })

  test('that were not to be had are null', async () => {
    await seed.issue({n: 1, ...hour})
    expect((await read(usual, 'auditor')).unauthorized).toBeNull()
    expect(asked).toBe(1)
  })

  test('are not asked for on behalf of whoever has no part in the repository', async () => {
    await seed.issue({n: 1, ...hour})
    deployments = []
    for (const who of ['anyone', 'otherAuditor', 'otherJob'] as const) {
      expect((await read(usual, who)).unauthorized).toBeNull()
    }
    expect(asked).toBe(0)
    expect((await read(usual, 'auditor')).unauthorized).toEqual([])
  })
})

test('a moment with an offset is answered in UTC', async () => {
  const answer = await read({...usual, at: '2026-04-02T16:35+02:00'}, 'auditor')
  expect(answer.at).toBe('2026-04-02T14:35:00Z')
})

describe('a query that cannot be read', () => {
  test.each<[string, Readonly<Record<string, string>>, readonly string[]]>([
    ['nothing', {}, ['repository (owner/name) is missing', 'environment is missing']],
    ['wrong forms', {repository: 'x', environment: 'A', at: 'x'}, ['repository must', 'environment must', 'at must']],
    ['a day that does not exist', {...usual, at: '2026-02-30T00:00Z'}, ['at must be given once']],
    ['an offset that does not exist', {...usual, at: '2026-04-02T14:35:00+25:00'}, ['at must be given once']],
    ['a time without a zone', {...usual, at: '2026-04-02T14:35:00'}, ['at must be given once']],
    ['a + that a form made a space', {...usual, at: '2026-04-02T14:35:00 01:00'}, ['Z or an offset such as +02:00']],
  ])('(%s) is 400 with every problem', async (_, query, problems) => {
    const response = await ask(query)
    const {error} = (await response.json()) as {error: {code: string; message: string}}
    expect([response.status, error.code]).toEqual([400, 'query_invalid'])
    for (const problem of problems) expect(error.message).toContain(problem)
  })
})
