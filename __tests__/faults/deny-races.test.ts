/**
 * `/deny` and `/authorize` handled at the same moment by two workers over one database: a denial that came first holds.
 * Thirty-six rounds in every run (each way that they differ comes three times), a hundred by `npm run test:long`.
 */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {ulid} from 'ulid'
import {evidenceKey, parseDecisionId, parseEnvironment, parseOrigin} from '#protocol'
import {readCommand} from '../../issuer/command/read-command.ts'
import {handleStatement} from '../../issuer/decide/authorize.ts'
import type {Statement} from '../../issuer/model/facts.ts'
import type {Heard} from '../../issuer/model/inbox.ts'
import {createPermissionSource, createPullRequestSource} from '../../issuer/github/facts.ts'
import {createPublisher} from '../../issuer/publish/send.ts'
import {loadSigner, loadTokenSigner, makeKeyFile} from '../../issuer/keys/pem.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import type {AuthorizeTools} from '../../issuer/decide/authorize.ts'
import {evidenceSecret, must} from '../issuer/builders.ts'
import {type OpenedChange, type Stage, openChange, say, setStage} from '../issuer/github-world.ts'
import {sizeOf} from '../run/sizes.ts'
import {firstEntry} from '../stores/builders.ts'
import {checkedLedger} from '../stores/suite.ts'

const rounds = sizeOf(36, 100)
const folder = mkdtempSync(join(tmpdir(), 'countersign-races-'))
let stage: Stage
let workers: readonly [AuthorizeTools, AuthorizeTools]
let stores: readonly [Durable, Durable]

beforeAll(async () => {
  stage = await setStage()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
  const path = join(folder, 'countersign.db')
  makeKeyFile(join(folder, 'receipt.pem'), 'ed25519')
  makeKeyFile(join(folder, 'token.pem'), 'rsa')
  stores = [openSqlite(path), openSqlite(path)]
  await stores[0].createLedger(firstEntry)
  workers = [toolsOver(stores[0]), toolsOver(stores[1])]
})
afterAll(async () => {
  for (const durable of stores) durable.close()
  await stage.sandbox.close()
  rmSync(folder, {recursive: true, force: true})
})

function toolsOver(durable: Durable): AuthorizeTools {
  const [signer, tokenSigner] = [loadSigner(join(folder, 'receipt.pem')), loadTokenSigner(join(folder, 'token.pem'))]
  if (!signer.ok || !tokenSigner.ok) throw new Error('the keys of this test cannot be loaded')
  const {github, facts, teams} = stage
  return {
    ...durable,
    facts,
    teams,
    permissions: createPermissionSource(github),
    pullRequests: createPullRequestSource(github),
    panels: {refresh: () => Promise.resolve('done' as const)},
    publisher: createPublisher({github, warn: () => undefined, isRevoked: () => Promise.resolve(false)}),
    ownAccount: () => github.ownAccount(),
    servesOwner: () => true,
    newestCheckpoint: () => Promise.resolve(undefined),
    signer: signer.value,
    tokenSigner: tokenSigner.value,
    evidenceKeys: (organization, bundle) => evidenceKey(evidenceSecret, organization, bundle),
    software: {countersign: '0.0.0'},
    issuer: must(parseOrigin('https://countersign.example')),
    now: Date.now,
    clockAhead: () => 0,
    newIds: () => ({decision: must(parseDecisionId(`dec_${ulid().toLowerCase()}`)), nonce: 'f'.repeat(32)}),
    log: {info: () => undefined, warn: () => undefined, error: () => undefined},
  }
}

/** As the webhook's door reads it. */
function heard(statement: Statement): Heard {
  const reading = readCommand(statement.comment.line)
  if (reading.kind === 'not-for-us') throw new Error('this test says commands alone')
  return {statement, reading}
}

/** Both at once; which worker gets which changes from round to round, and so does who said it first. */
async function race(change: OpenedChange, round: number): Promise<void> {
  const bodies = {
    octocat: `/authorize production ${change.head}`,
    monalisa: round % 2 === 0 ? '/deny production' : '/revoke production',
  } as const
  const first = round % 4 < 2 ? ('monalisa' as const) : ('octocat' as const)
  const second = first === 'monalisa' ? ('octocat' as const) : ('monalisa' as const)
  const said = [first, second].map((by) => {
    stage.world.clock.advance(1)
    return say(stage, {pullRequest: change.number, by, body: bodies[by]})
  })
  const [one, other] = round % 3 === 0 ? workers : [workers[1], workers[0]]
  await Promise.all(
    said.map((statement, i) => handleStatement({...heard(statement), receivedAt: Date.now()}, i === 0 ? one : other)),
  )
}

test(`in ${rounds} rounds no receipt lives after a denial, whichever was said or handled first`, async () => {
  const environment = must(parseEnvironment('production'))
  for (let round = 0; round < rounds; round++) {
    const change = await openChange(stage, `feature-${round}`)
    await race(change, round)
    const {state} = await stores[0].store.read({repositoryId: firstRepositoryId(), environment})
    const live = state.receipts.filter(({pullRequest}) => pullRequest === change.number)
    const isDenied = round % 2 === 0
    const saidFirst = round % 4 < 2
    // A denial holds whenever it was said; a revocation only over what was said before it. The order of handling decides nothing.
    expect([round, live.length]).toEqual([round, isDenied || !saidFirst ? 0 : 1])
  }
  expect(stage.world.violations).toEqual([])
  await checkedLedger(stores[0])
}, 300_000)

const firstRepositoryId = () => say(stage, {pullRequest: 1, by: 'stranger', body: 'hello'}).repository.id
