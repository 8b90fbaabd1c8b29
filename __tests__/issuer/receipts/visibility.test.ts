/** Who sees what by id, by name and by evidence; and that what is private is answered as what is missing (threats A31, A49). */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {makeToken} from '../../../issuer/api/callers/secret-token.ts'
import {commit} from '../../protocol/builders.ts'
import {decisionId, receiptOf, scopeOf} from '../../stores/builders.ts'
import {decideStatement} from '../../stores/deciding.ts'
import {askedAt} from '../callers/provider.ts'
import {type Stage, setStage, told} from './stage.ts'

let stage: Stage
let bearers: Readonly<Record<Name, string | undefined>>
type Name = 'nobody' | 'a stranger' | 'another job' | 'its job' | 'its auditor' | 'another auditor' | 'a late auditor'

/** Receipt and decision 1 are public, 2 private, 3 is a denial in private, 4 is public, 5 private; 9 is not there. */
const ids = {public: 1, private: 2, denied: 3, laterPublic: 4, laterPrivate: 5, missing: 9}
beforeAll(async () => {
  stage = await setStage()
  await stage.issue(ids.public)
  await stage.issue(ids.private, {public: false, scope: scopeOf(77), repository: 'octo-org/secret'})
  await decideStatement(stage.durable, {
    n: ids.denied,
    kind: 'deny',
    public: false,
    scope: scopeOf(77),
    repository: 'octo-org/secret',
  })
  await stage.issue(ids.laterPublic)
  await stage.issue(ids.laterPrivate, {public: false, scope: scopeOf(77), repository: 'octo-org/secret'})
  const auditors = await Promise.all(
    [
      {name: 'acme', owner: 9919},
      {name: 'umbrella', owner: 7},
      {name: 'late', owner: 9919},
    ].map(async ({name, owner}) => {
      const {text, digest} = makeToken('csat_')
      const expiresAt = name === 'late' ? askedAt : askedAt + 1000
      await stage.durable.auditors.add({name, owners: [owner], createdAt: 0, expiresAt}, digest)
      return text
    }),
  )
  bearers = {
    nobody: undefined,
    'a stranger': 'eyJhbGciOiJub25lIn0.e30.',
    'another job': await stage.token({repository_id: '78', repository: 'octo-org/other'}),
    'its job': await stage.token({repository_id: '77', repository: 'octo-org/secret'}),
    'its auditor': auditors[0],
    'another auditor': auditors[1],
    'a late auditor': auditors[2],
  }
})
afterAll(async () => stage.close())

const receiptId = (n: number) => receiptOf(n).id
const everybody = ['nobody', 'a stranger', 'another job', 'its job', 'its auditor', 'another auditor', 'a late auditor']

const listOf = (n: number): string =>
  n === ids.public
    ? `/v1/receipts?repository=octo-org/api-service&environment=production&sha=${commit}`
    : `/v1/receipts?repository_id=77&environment=production&sha=${commit}`

const pageBefore = (n: number, repository = 1296269): string =>
  `/v1/receipts?repository_id=${repository}&environment=production&before=${receiptOf(n).id}`

/** Whom the answer differs for from what is answered of something that is not there. */
async function readersOf(path: string, missing: string): Promise<readonly string[]> {
  const readers: string[] = []
  for (const name of everybody as readonly Name[]) {
    if ((await print(path, bearers[name])) !== (await print(missing, bearers[name]))) readers.push(name)
  }
  return readers
}

/** Everything of an answer that its reader can tell. */
async function print(path: string, bearer: string | undefined, method: 'get' | 'post' = 'get'): Promise<string> {
  const answer = await stage[method](path, bearer)
  // A status names the receipt that was asked about, and its signature differs with it.
  const text = (await answer.text()).replace(/"(receipt|signature)":"[^"]+"/g, '')
  return JSON.stringify([answer.status, [...answer.headers], text])
}

describe('by id, list and status', () => {
  const missing = receiptId(ids.missing)
  test.each<readonly [string, string, string, readonly string[]]>([
    ['a public receipt', `/v1/receipts/${receiptId(1)}`, `/v1/receipts/${missing}`, everybody],
    ['a private one', `/v1/receipts/${receiptId(2)}`, `/v1/receipts/${missing}`, ['its job', 'its auditor']],
    ['a public status', `/v1/receipts/${receiptId(1)}/status`, `/v1/receipts/${missing}/status`, everybody],
    ['a private one', `/v1/receipts/${receiptId(2)}/status`, `/v1/receipts/${missing}/status`, ['its job', 'its auditor']],
    ['a public list', listOf(1), listOf(1).replace('api-service', 'missing'), everybody],
    ['a private one by id', listOf(2), listOf(2).replace('77', '79'), ['its job', 'its auditor']],
    ['a private one by name', listOf(2).replace('_id=77', '=octo-org/secret'), listOf(2).replace('_id=77', '=octo-org/missing'), ['its job', 'its auditor']],
    ['what is before a public receipt', pageBefore(4), pageBefore(9), everybody],
    ['what is before a private one', pageBefore(5, 77), pageBefore(9, 77), ['its job', 'its auditor']],
    ['what is public before a private one', pageBefore(5), pageBefore(9), ['its job', 'its auditor']],
    ['a public decision', `/v1/decisions/${decisionId(1)}`, `/v1/decisions/${decisionId(9)}`, everybody],
    ['a private one', `/v1/decisions/${decisionId(2)}`, `/v1/decisions/${decisionId(9)}`, ['its job', 'its auditor']],
    ['a private denial', `/v1/decisions/${decisionId(3)}`, `/v1/decisions/${decisionId(9)}`, ['its job', 'its auditor']],
    ['the evidence of a public one', `/v1/decisions/${decisionId(1)}/evidence`, `/v1/decisions/${decisionId(9)}/evidence`, ['its auditor']],
    ['its policy', `/v1/decisions/${decisionId(1)}/policy`, `/v1/decisions/${decisionId(9)}/policy`, ['its auditor']],
    ['the policy of a private one', `/v1/decisions/${decisionId(2)}/policy`, `/v1/decisions/${decisionId(9)}/policy`, ['its auditor']],
    ['the policy of a private denial', `/v1/decisions/${decisionId(3)}/policy`, `/v1/decisions/${decisionId(9)}/policy`, ['its auditor']],
    ['what happened to a public receipt', `/v1/receipts/${receiptId(1)}/events`, `/v1/receipts/${missing}/events`, ['its auditor']],
    ['what happened to a private one', `/v1/receipts/${receiptId(2)}/events`, `/v1/receipts/${missing}/events`, ['its auditor']],
    ['the evidence of a private one', `/v1/decisions/${decisionId(2)}/evidence`, `/v1/decisions/${decisionId(9)}/evidence`, ['its auditor']],
  ])('%s (%s)', async (...[, path, absent, readers]) => {
    expect(await readersOf(path, absent)).toEqual(readers)
  }) // prettier-ignore
})

test.each(['redemptions', 'executions'])(
  '%s of what is private are answered to others as of what is missing',
  async (what) => {
    for (const name of ['nobody', 'a stranger', 'its auditor', 'another auditor'] as const) {
      const [one, other] = [receiptId(ids.private), receiptId(ids.missing)].map((id) => `/v1/receipts/${id}/${what}`)
      expect(await print(one ?? '', bearers[name], 'post')).toBe(await print(other ?? '', bearers[name], 'post'))
      expect((await stage.post(one ?? '', bearers[name])).status).toBe(401)
    }
  },
)

describe('the receipts before another', () => {
  test('are given without a commit or a tree, and of them those of a commit', async () => {
    const list = async (path: string): Promise<unknown> =>
      ((await (await stage.get(path)).json()) as {readonly receipts: readonly {readonly id: string}[]}).receipts.map(
        ({id}) => id,
      )
    expect(await list(pageBefore(4))).toEqual([receiptId(1)])
    expect(await list(pageBefore(1))).toEqual([])
    expect(await list(`${pageBefore(4)}&sha=${commit}`)).toEqual([receiptId(1)])
    expect(await list(`${pageBefore(4)}&sha=${'0'.repeat(40)}`)).toEqual([])
  })

  test.each([
    ['', 'sha, tree or before is missing'],
    ['&before=rcpt_1', 'before must be given once, as a receipt id'],
  ])('%s is refused', async (more, problem) => {
    const answer = await stage.get(`/v1/receipts?repository_id=1&environment=production${more}`)
    expect([answer.status, await answer.text()]).toEqual([400, expect.stringContaining(problem)])
  })
})

describe('an answer', () => {
  test('is kept by nobody in between, found or not', async () => {
    for (const id of [receiptId(1), receiptId(2)]) {
      expect((await stage.get(`/v1/receipts/${id}`)).headers.get('cache-control')).toBe('no-store')
      expect((await stage.get(`/v1/decisions/${decisionId(2)}`)).headers.get('cache-control')).toBe('no-store')
    }
  })

  test('of a decision is its token, as what it is', async () => {
    const answer = await stage.get(`/v1/decisions/${decisionId(1)}`)
    expect([answer.headers.get('content-type'), await answer.text()]).toEqual(['application/jwt', 'token 1'])
    const evidence = await stage.get(`/v1/decisions/${decisionId(1)}/evidence`, bearers['its auditor'])
    expect([evidence.headers.get('content-type'), await evidence.text()]).toEqual(['application/json', '{"nonce":"1"}'])
  })

  test('of a policy is its canonical text', async () => {
    const policy = await stage.get(`/v1/decisions/${decisionId(3)}/policy`, bearers['its auditor'])
    expect([policy.headers.get('content-type'), await policy.text()]).toEqual(['application/json', '{}'])
  })

  test('to a query that cannot be read names every problem', async () => {
    expect(await told(stage.get('/v1/receipts?repository=octo-org&environment=..&sha=x'))).toMatchObject({
      status: 400,
      error: {code: 'query_invalid', message: expect.stringMatching(/repository .*environment .*sha /)},
    })
  })

  test.each(['x', '..', 'rcpt_dg_', `${receiptOf(1).id}.`, receiptOf(1).id.toUpperCase()])(
    'to the id %s is that nothing is here',
    async (id) => {
      for (const path of [
        ...['status', 'events'].map((part) => `/v1/receipts/${id}/${part}`),
        ...['', '/evidence', '/policy'].map((part) => `/v1/decisions/${id}${part}`),
      ]) {
        expect((await stage.get(path, bearers['its auditor'])).status).toBe(404)
      }
    },
  )

  test('gives the key of tokens as a key set', async () => {
    const answer = await stage.get('/.well-known/jwks.json')
    expect(await answer.json()).toEqual({keys: [expect.objectContaining({kty: 'RSA', alg: 'RS256', use: 'sig'})]})
  })
})

test('what happened is shown with its documents, each to the auditor of whoever had the repository then', async () => {
  const fresh = await setStage()
  try {
    const receipt = await fresh.issue(1)
    const [before, after] = await Promise.all(
      [9919, 7].map(async (owner) => {
        const {text, digest} = makeToken('csat_')
        const auditor = {name: `of-${owner}`, owners: [owner], createdAt: 0, expiresAt: askedAt + 1000}
        await fresh.durable.auditors.add(auditor, digest)
        return text
      }),
    )
    const path = `/v1/receipts/${receipt.id}/events`
    expect(await told(fresh.get(path, before))).toEqual({status: 200, events: []})
    expect((await fresh.get(path, after)).status).toBe(404)
    await fresh.revoke(receipt, 7)
    expect(await told(fresh.get(path, before))).toEqual({status: 200, events: []})
    const [kept] = await fresh.durable.records.events(receipt.id)
    const document: unknown = JSON.parse(kept?.body ?? '')
    expect(await told(fresh.get(path, after))).toEqual({status: 200, events: [{entry: kept?.entry, document}]})
    expect(document).toMatchObject({type: 'countersign.revocation/v1', receipt: receipt.id})
  } finally {
    await fresh.close()
  }
})

test('while the provider gives no keys, a job is told so whatever it asks for, and nobody else notices', async () => {
  const fresh = await setStage()
  try {
    await fresh.issue(1)
    await fresh.issue(2, {public: false})
    const token = await fresh.token()
    fresh.provider.answerWith((_, response) => void response.destroy())
    for (const n of [1, 2, 9]) {
      const path = `/v1/receipts/${receiptId(n)}`
      expect(await told(fresh.get(path, token))).toMatchObject({status: 503, error: {code: 'github_unreachable'}})
      expect((await fresh.get(path)).status).toBe(n === 1 ? 200 : 404)
    }
  } finally {
    await fresh.close()
  }
})

test('reading uses no token up', async () => {
  const path = `/v1/receipts/${receiptId(ids.private)}`
  const bearer = bearers['its job']
  expect([(await stage.get(path, bearer)).status, (await stage.get(path, bearer)).status]).toEqual([200, 200])
})
