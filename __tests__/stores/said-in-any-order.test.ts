/**
 * What stands is a fold over what was said: the same statements, edits, closes and deletions, carried out in whatever order,
 * leave the same denials standing, and no receipt alive that would not live in the order in which they were said. (What was
 * refused before the word that lifted a denial was handled stays refused, and is said again.) By the issuer's own stories.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import fc from 'fast-check'
import {ulid} from 'ulid'
import {digestOf, evidenceKey, parseCommitSha, parseDecisionId, parseRepositoryId} from '#protocol'
import {readCommand} from '../../issuer/command/read-command.ts'
import {type AuthorizeTools, handleStatement} from '../../issuer/decide/authorize.ts'
import {handleClosed} from '../../issuer/decide/closed.ts'
import {handleDeletion} from '../../issuer/decide/deletion.ts'
import {loadSigner, loadTokenSigner, makeKeyFile} from '../../issuer/keys/pem.ts'
import {standingDenials} from '../../issuer/mint/meet.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {Candidate, FactSource, RangePart, Statement} from '../../issuer/model/facts.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {type Emulator, emulatorAbsent, startEmulator} from '../aws/emulator.ts'
import {Tables} from '../aws/tables.ts'
import {
  aChange,
  aPullRequest,
  aRange,
  aStanding,
  aWork,
  decidedAt,
  evidenceSecret,
  must,
  origin,
  production,
  repositoryName,
} from '../issuer/builders.ts'
import {sizeOf} from '../run/sizes.ts'
import {firstEntry} from './builders.ts'

jest.setTimeout(1_200_000)

const folder = mkdtempSync(join(tmpdir(), 'countersign-order-'))
const owner = {id: 9919, login: 'octo-org'}
const logins = ['octocat', 'monalisa', 'defunkt'] as const
const idOf = (login: string): number => 100 + logins.indexOf(login as 'octocat')

/** The second pull request holds the first one's commit; the others are work of their own. */
const commits = ['a', 'b', 'c', 'd'].map((digit) => must(parseCommitSha(digit.repeat(40))))
type Sha = (typeof commits)[0]
const [first, second, third, fourth] = commits as [Sha, Sha, Sha, Sha]
const brought: Readonly<Record<number, readonly Sha[]>> = {1: [first], 2: [first, second], 3: [third], 4: [fourth]}
const headOf = (number: number) => must(brought[number]?.at(-1))

const drawn = fc.uniqueArray(
  fc.record({
    kind: fc.constantFrom('authorize', 'authorize', 'deny', 'revoke', 'edit', 'close', 'delete'),
    by: fc.constantFrom(...logins),
    on: fc.integer({min: 1, max: 3}),
    second: fc.integer({min: 0, max: 9}),
    id: fc.integer({min: 1, max: 40}),
  }),
  {selector: ({id}) => id, minLength: 2, maxLength: 7},
)
type Drawn = ReturnType<typeof drawn.generate>['value'][number]

const base = decidedAt - 60_000
/** Long enough ago for what GitHub shows to be believed. */
const receivedAt = decidedAt - 600_000

/** What GitHub shows of the comments that were edited or deleted by then. */
interface World {
  readonly edited: Set<number>
  readonly deleted: Set<number>
}

interface Step {
  readonly at: number
  readonly id: number
  readonly carryOut: (tools: AuthorizeTools, repositoryId: Statement['repository']['id'], world: World) => Promise<void>
}

function statementOf({by, on, id}: Drawn, body: string, {at, isEdit}: {readonly at: number; readonly isEdit: boolean}) {
  return (repositoryId: Statement['repository']['id']): Statement => ({
    repository: {id: repositoryId, name: repositoryName},
    pullRequest: on,
    comment: {id, nodeId: `IC_${id}`, authorId: idOf(by) as never, digest: digestOf(body), line: body},
    announced: {login: by, type: 'User', at, isEdit, viaApp: false, owner, public: true},
  })
}

/** What is handled of a drawn word: an edit and a deletion are of a comment that authorized. */
function stepsOf(one: Drawn): readonly Step[] {
  const {kind, by, on, second: at0, id} = one
  const at = base + at0 * 1000
  const say = (body: string, when: number, isEdit = false): Step => ({
    at: when,
    id,
    carryOut: async (tools, repositoryId, {edited}) => {
      if (isEdit) edited.add(id)
      const statement = statementOf(one, body, {at: when, isEdit})(repositoryId)
      const reading = readCommand(body)
      if (reading.kind === 'not-for-us') throw new Error('this test says commands alone')
      await handleStatement({statement, reading, receivedAt}, tools)
    },
  })
  const place = (repositoryId: Statement['repository']['id']) => ({
    repository: {id: repositoryId, name: repositoryName},
    pullRequest: on,
    owner,
    public: true,
    actor: {id: idOf(by), login: by},
  })
  const authorize = `/authorize production ${headOf(on)}`
  switch (kind) {
    case 'authorize':
      return [say(authorize, at)]
    case 'edit':
      return [say(authorize, at), say('/deny production', at + 2000, true)]
    case 'close':
      return [{at, id, carryOut: (tools, repositoryId) => handleClosed({...place(repositoryId), at}, tools as never)}]
    case 'delete': {
      const comment = {id, authorId: idOf(by), digest: digestOf(authorize), createdAt: at}
      const remove: Step['carryOut'] = async (tools, repositoryId, {deleted}) => {
        deleted.add(id)
        await handleDeletion({...place(repositoryId), comment}, tools as never)
      }
      return [say(authorize, at), {at: at + 2000, id, carryOut: remove}]
    }
    default:
      return [say(`/${kind} production`, at)]
  }
}

function factsOf({edited, deleted}: World): FactSource {
  const repositoryOf = (id: Statement['repository']['id']) => ({
    ...aChange().repository,
    id,
    name: repositoryName,
    owner,
    public: true,
  })
  return {
    fetchStanding: async ({comment, announced}) =>
      Promise.resolve(
        deleted.has(comment.id)
          ? ('gone' as const)
          : aStanding({
              author: {id: comment.authorId, login: announced.login, type: 'User'},
              createdAt: announced.at,
              readAt: decidedAt,
              bodyDigest: comment.digest,
              edited: edited.has(comment.id),
            }),
      ),
    fetchReach: async ({announced}) =>
      Promise.resolve({login: announced.login, permission: 'write', role: 'write', readAt: decidedAt}),
    fetchPresence: async () => Promise.resolve('as-said'),
    fetchIsAbandoned: async () => Promise.resolve(false),
    fetchBaseline: async ({repository}) =>
      Promise.resolve({
        repository: repositoryOf(repository.id),
        main: {sha: first, tree: aChange().commit.tree},
        policy: {kind: 'absent'},
      }),
    fetchCandidate: async ({pullRequest, repository}) => {
      const sha = headOf(pullRequest)
      const {
        range: _,
        files: _files,
        filesCut: _cut,
        ...change
      } = aChange({
        repository: repositoryOf(repository.id),
        pullRequest: aPullRequest({
          number: pullRequest,
          head: {sha, ref: `branch-${pullRequest}`, repositoryId: repository.id},
          base: {ref: 'main', repositoryId: repository.id},
        }),
        commit: {sha, tree: aChange().commit.tree},
      })
      return Promise.resolve(change as Candidate)
    },
    fetchRange: async ({pullRequest}) => {
      const part: RangePart = {
        pullRequests: [{number: pullRequest, author: 'hubot'}],
        commits: brought[pullRequest] ?? [],
        hands: {kind: 'seen', accounts: [{id: 7, login: 'hubot', did: `opened #${pullRequest}`}], people: []},
      }
      return Promise.resolve({range: aRange({parts: [part]}), files: [], filesCut: false})
    },
  }
}

let signers: Pick<AuthorizeTools, 'signer' | 'tokenSigner'>
beforeAll(() => {
  makeKeyFile(join(folder, 'receipt.pem'), 'ed25519')
  makeKeyFile(join(folder, 'token.pem'), 'rsa')
  const [signer, tokenSigner] = [loadSigner(join(folder, 'receipt.pem')), loadTokenSigner(join(folder, 'token.pem'))]
  if (!signer.ok || !tokenSigner.ok) throw new Error('the keys of this test cannot be loaded')
  signers = {signer: signer.value, tokenSigner: tokenSigner.value}
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const silent = () => undefined

function toolsOver(durable: Durable, world: World): AuthorizeTools {
  return {
    ...durable,
    ...signers,
    facts: factsOf(world),
    teams: {fetchTeams: () => Promise.resolve([])},
    permissions: {fetchPermission: () => Promise.resolve({permission: 'write', role: 'write'})},
    pullRequests: {
      fetchPullRequest: () => Promise.resolve('gone'),
      fetchProposedPolicy: () => Promise.resolve('untouched'),
    },
    panels: {refresh: () => Promise.resolve('done' as const)},
    publisher: {publish: () => Promise.resolve()},
    ownAccount: () => Promise.resolve(1),
    servesOwner: () => true,
    newestCheckpoint: () => Promise.resolve(undefined),
    evidenceKeys: (organization, bundle) => evidenceKey(evidenceSecret, organization, bundle),
    software: {countersign: '0.0.0'},
    issuer: origin,
    now: () => decidedAt,
    clockAhead: () => 0,
    newIds: () => ({decision: must(parseDecisionId(`dec_${ulid().toLowerCase()}`)), nonce: 'f'.repeat(32)}),
    log: {info: silent, warn: silent, error: silent},
  }
}

let repositories = 1000

interface Outcome {
  /** The words that receipts which live rest on. */
  readonly alive: readonly string[]
  /** Whose denials meet each pull request. */
  readonly denied: readonly (readonly string[])[]
}

/** What is alive and what stands once all of it was handled, in a repository of its own. */
async function outcomeOf(durable: Durable, order: readonly Step[]): Promise<Outcome> {
  const repositoryId = must(parseRepositoryId(++repositories))
  const world: World = {edited: new Set(), deleted: new Set()}
  const tools = toolsOver(durable, world)
  // An environment is known from its first state on, and a close or a deletion of before has nothing to end.
  const [begin] = stepsOf({kind: 'revoke', by: 'octocat', on: 4, second: 0, id: 99})
  for (const step of [must(begin), ...order]) await step.carryOut(tools, repositoryId, world)
  const {state} = await durable.store.read({repositoryId, environment: production})
  const alive = state.receipts.flatMap(({pullRequest, comments}) => comments.map((id) => `#${pullRequest} by ${id}`))
  const denied = [1, 2, 3].map((number) => {
    const work = aWork({pullRequest: number, commits: (brought[number] ?? []).map((sha) => sha.slice(0, 12))})
    return [...new Set(standingDenials(state, work).map(({by}) => by.login))].sort()
  })
  return {alive: [...new Set(alive)].sort(), denied}
}

/** `open`: where a run begins, an empty ledger or one that others wrote before. */
async function checkOrders(open: () => Promise<Durable>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(drawn, fc.infiniteStream(fc.nat()), async (words, dice) => {
      const durable = await open()
      const steps = words.flatMap(stepsOf)
      const inOrder = [...steps].sort((a, b) => a.at - b.at || a.id - b.id)
      const shuffled = steps.map((step) => ({step, die: dice.next().value as number}))
      const anyOrder = shuffled.sort((a, b) => a.die - b.die).map(({step}) => step)
      const [one, other] = [await outcomeOf(durable, inOrder), await outcomeOf(durable, anyOrder)]
      expect(other.denied).toEqual(one.denied)
      expect(one.alive).toEqual(expect.arrayContaining([...other.alive]))
    }),
    {numRuns},
  )
}

test('on SQLite', async () => {
  const durable = openSqlite(join(folder, 'countersign.db'))
  await durable.createLedger(firstEntry)
  await checkOrders(() => Promise.resolve(durable), 1000)
  durable.close()
})

if (emulatorAbsent !== undefined) {
  test.skip(`on DynamoDB (${emulatorAbsent})`, () => undefined)
} else {
  test('on DynamoDB', async () => {
    const emulator: Emulator = await startEmulator()
    const tables = new Tables(emulator.dynamoUrl)
    let durable: Durable | undefined
    // The emulator copies a table at each transaction, so that what many runs wrote would make each of them slow.
    const open = async (): Promise<Durable> => {
      durable?.close()
      durable = await tables.openEmpty()
      await durable.createLedger(firstEntry)
      return durable
    }
    await checkOrders(open, sizeOf(50, 1000))
    durable?.close()
    await emulator.close()
  })
}
