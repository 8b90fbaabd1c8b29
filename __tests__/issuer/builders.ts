/** Cases for the issuer's pure parts: a whole one that is allowed, of which each test changes one thing. */
import {foldScope} from '../../issuer/mint/fold-scope.ts'
import type {Denial, Work} from '../../issuer/model/state.ts'
import {
  type AccountId,
  type CommitSha,
  type DecisionId,
  type Digest,
  type Environment,
  type Origin,
  type Receipt,
  type ReceiptBody,
  type RepositoryId,
  type RepositoryName,
  type TreeSha,
  emptyFrontier,
  appendLeaf,
  digestOf,
  evidenceKey,
  parseAccountId,
  parseCommitSha,
  parseDecisionId,
  parseEnvironment,
  parseOrigin,
  parseRepositoryId,
  parseRepositoryName,
  parseTreeSha,
  printMicrosTime,
  signingBytes,
} from '#protocol'
import type {
  ChangeFacts,
  CommitPerson,
  Comparison,
  Hand,
  Hands,
  RangeFacts,
  RangePart,
  StandingFacts,
  Statement,
} from '../../issuer/model/facts.ts'
import {unreadable} from '../../issuer/github/range.ts'
import {type Evidence, type EvidenceOrder, mintEvidence} from '../../issuer/mint/mint-evidence.ts'
import {type Minted, type ReceiptOrder, acceptSigned, mintReceiptBody} from '../../issuer/mint/mint-receipt.ts'
import {mintFirstEntry} from '../../issuer/mint/mint-record.ts'
import {builtInPolicy} from '../../issuer/policy/built-in.ts'
import {evaluate} from '../../issuer/policy/rules.ts'
import type {Allowed, Case, EnvironmentPolicy, StandingDenial} from '../../issuer/model/ruling.ts'
import type {LedgerHead} from '../../issuer/model/record.ts'
import type {TestKey} from '../protocol/builders.ts'

/** What a parser made of a value that a test knows to be good. */
export function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a value of this test is not well formed')
  return value
}

export const head: CommitSha = must(parseCommitSha('3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'))
export const otherCommit: CommitSha = must(parseCommitSha('b'.repeat(40)))
export const tree: TreeSha = must(parseTreeSha('9be2d7c4a1f03e5d8b6a4c2e0f1d3b5a7c9e8f60'))
export const repositoryId: RepositoryId = must(parseRepositoryId(1296269))
export const repositoryName: RepositoryName = must(parseRepositoryName('octo-org/api-service'))
export const production: Environment = must(parseEnvironment('production'))
export const origin: Origin = must(parseOrigin('https://countersign.example'))
export const decision: DecisionId = must(parseDecisionId('dec_01jdaa3x7k9m2n4p6q8r0s2t4w'))
export const nonce = '0123456789abcdef0123456789abcdef'
/** When the comment was written, and two seconds later, in milliseconds. */
export const saidAt = Date.parse('2026-04-02T14:29:58Z')
export const decidedAt = saidAt + 2345
const reviewer: AccountId = must(parseAccountId(583231))
export const body = `/authorize production ${head}`
export const bodyDigest: Digest = digestOf(body)

export const aStatement = (overrides: Partial<Statement> = {}): Statement => ({
  repository: {id: repositoryId, name: repositoryName},
  installation: 7,
  pullRequest: 42,
  comment: {id: 99262140, nodeId: 'IC_kwDOABPHjc4F6oX8', authorId: reviewer, digest: bodyDigest, line: body},
  announced: {
    login: 'octocat',
    type: 'User',
    at: saidAt,
    isEdit: false,
    viaApp: false,
    owner: {id: 9919, login: 'octo-org'},
    public: true,
  },
  ...overrides,
})

export const aStanding = (overrides: Partial<StandingFacts> = {}): StandingFacts => ({
  readAt: decidedAt,
  author: {id: 583231, login: 'octocat', type: 'User'},
  viaApp: false,
  viaEmail: false,
  edited: false,
  asAnnounced: true,
  createdAt: saidAt,
  bodyDigest,
  permission: 'maintain',
  role: 'maintain',
  teams: [],
  ...overrides,
})

export const aComparison = (overrides: Partial<Comparison> = {}): Comparison => ({
  from: otherCommit,
  commits: 3,
  files: 5,
  additions: 120,
  deletions: 14,
  behind: 0,
  cut: false,
  ...overrides,
})

export const aPullRequest = (overrides: Partial<ChangeFacts['pullRequest']> = {}): ChangeFacts['pullRequest'] => ({
  number: 42,
  state: 'open',
  head: {sha: head, ref: 'faster-search', repositoryId},
  base: {ref: 'main', repositoryId},
  author: {id: 2, login: 'hubot', type: 'User'},
  ...overrides,
})

export const seen = (accounts: readonly Hand[], people: readonly CommitPerson[] = []): Hands => ({
  kind: 'seen',
  accounts,
  people,
})

export const everybody = (why: string): Hands => ({kind: 'everybody', why})

/** What the pull request brought: three commits of hubot's. */
export const aPart = (overrides: Partial<RangePart> = {}): RangePart => ({
  pullRequests: [{number: 42, author: 'hubot'}],
  commits: [must(parseCommitSha('1'.repeat(40))), must(parseCommitSha('2'.repeat(40))), head],
  hands: seen(
    [
      {id: 2, login: 'hubot', did: 'opened #42'},
      {id: 2, login: 'hubot', did: 'pushed to the branch of #42'},
    ],
    [{name: 'Hubot', email: 'hubot@github.example', id: 2}],
  ),
  ...overrides,
})

/** A part in which somebody had a hand who would approve: octocat, unless said otherwise. */
export const aPartBy = (
  login: string,
  {
    id = 583231,
    number = 41,
    digit = '4',
  }: {readonly id?: number; readonly number?: number; readonly digit?: string} = {},
): RangePart => ({
  pullRequests: [{number, author: login}],
  commits: [must(parseCommitSha(digit.repeat(40)))],
  hands: seen([{id, login, did: `opened #${number}`}]),
})

export const aRange = (overrides: Partial<RangeFacts> = {}): RangeFacts => ({
  base: 'authorized',
  since: otherCommit,
  size: aComparison(),
  parts: [aPart()],
  unsigned: 0,
  ...overrides,
})

/** As it is where nothing could be read of it. */
export const anUnreadRange = (why = 'GitHub does not show it'): RangeFacts => unreadable(why).range

export const aChange = (overrides: Partial<ChangeFacts> = {}): ChangeFacts => ({
  repository: {
    id: repositoryId,
    name: repositoryName,
    public: true,
    defaultBranch: 'main',
    owner: {id: 9919, login: 'octo-org'},
  },
  pullRequest: aPullRequest(),
  commit: {sha: head, tree},
  policy: {kind: 'absent'},
  range: aRange(),
  files: [{path: 'src/search.ts', additions: 4, deletions: 0}],
  filesCut: false,
  checks: [{name: 'build', app: 'github-actions', status: 'completed', conclusion: 'success'}],
  checksCut: false,
  behindBy: 0,
  firstByAuthor: false,
  ...overrides,
})

/** The parts of a case that a test changes. */
export interface CaseChanges {
  readonly standing?: Partial<StandingFacts>
  readonly change?: Partial<ChangeFacts>
  readonly range?: Partial<RangeFacts>
  readonly pullRequest?: Partial<ChangeFacts['pullRequest']>
  readonly environment?: Partial<EnvironmentPolicy>
  readonly request?: Partial<Case['request']>
  readonly policy?: Partial<Case['policy']>
  readonly source?: Case['source']
  readonly approvals?: Case['approvals']
  readonly denials?: Case['denials']
  readonly isVoid?: boolean
  readonly clockAhead?: number
}

export function aCase(changes: CaseChanges = {}): Case {
  const {standing, change, range, pullRequest, environment, request, policy} = changes
  const rules = {...must(builtInPolicy.environments['production']), ...environment}
  return {
    request: {environment: production, sha: head, ...request},
    standing: aStanding(standing),
    change: aChange({range: aRange(range), ...change, pullRequest: aPullRequest(pullRequest)}),
    policy: {...builtInPolicy, environments: {...builtInPolicy.environments, production: rules}, ...policy},
    environment: rules,
    source: changes.source ?? {kind: 'built-in'},
    approvals: changes.approvals ?? [],
    denials: changes.denials ?? [],
    isVoid: changes.isVoid ?? false,
    clockAhead: changes.clockAhead ?? 0,
  }
}

export const aWork = (overrides: Partial<Work> = {}): Work => ({
  pullRequest: 42,
  brought: [],
  commits: [head.slice(0, 12)],
  isUnreadable: false,
  ...overrides,
})

export const aDenial = (overrides: Partial<Denial> = {}): Denial => ({
  pullRequest: 42,
  commits: [head.slice(0, 12)],
  by: {id: 9, login: 'monalisa'},
  commentId: 1,
  at: decidedAt,
  public: true,
  ...overrides,
})

/** One that meets the case and was said a second before. */
export const aStandingDenial = (overrides: Partial<StandingDenial> = {}): StandingDenial => ({
  by: {id: 9, login: 'monalisa'},
  pullRequest: 42,
  commentId: 1,
  at: saidAt - 1000,
  isHeld: true,
  parts: [],
  mayStillApprove: true,
  ...overrides,
})

/** What an ALLOW makes of a scope, besides its receipt. */
export const anAllowing = (receipt: Receipt, overrides: Partial<Parameters<typeof foldScope>[1]> = {}) => ({
  receipt,
  public: true,
  range: aRange(),
  work: aWork(),
  by: {at: saidAt, commentId: receipt.approvals[0]?.statement.id ?? 0},
  ...overrides,
})

/** The head of a ledger that holds its first entry alone. */
export function aLedgerHead(now = decidedAt - 1000): LedgerHead {
  const last = mintFirstEntry({host: 'countersign.example', random: 'f'.repeat(32), keys: digestOf('keys'), now})
  return {origin: last.ledger, last, frontier: appendLeaf(emptyFrontier, last.hash)}
}

/** The ruling of a case that is meant to be allowed. */
export function allow(asked: Case): Allowed {
  const ruling = evaluate(asked)
  if (ruling.kind !== 'allow') throw new TypeError('the case of this test is not allowed')
  return ruling
}

export const evidenceSecret = new TextEncoder().encode('a secret of these tests, of 32 bytes and more')

/** What evidence is minted of; each test changes one thing. */
export const evidenceOrder = (asked: Case): EvidenceOrder => ({
  decision,
  nonce,
  statement: aStatement(),
  case: asked,
  ruling: evaluate(asked),
  at: printMicrosTime(decidedAt * 1000),
  keys: (organization, bundle) => evidenceKey(evidenceSecret, organization, bundle),
  software: {countersign: '0.0.0'},
})

export const evidenceOf = (asked: Case): Evidence => mintEvidence(evidenceOrder(asked))

/** `since`: the commit that the receipt counts from. */
export type MintChanges = CaseChanges & Pick<ReceiptOrder, 'since'>

/** The unsigned receipt of a case, or why there is none. */
export function mintFor(key: TestKey, {since, ...changes}: MintChanges = {}): Minted {
  const asked = aCase(changes)
  const facts = {case: asked, ruling: allow(asked), statement: aStatement(), evidence: evidenceOf(asked).digest}
  return mintReceiptBody({...facts, decision, issuer: origin, publicKey: key.pin, since, now: decidedAt})
}

export function bodyFor(key: TestKey, changes: MintChanges = {}): ReceiptBody {
  const minted = mintFor(key, changes)
  if (minted.kind !== 'minted') throw new TypeError(minted.why)
  return minted.body
}

/** A signature as a Signer gives it. */
export const signWith = ({signBytes}: TestKey, bytes: Uint8Array): Uint8Array =>
  Uint8Array.from(Buffer.from(signBytes(bytes).slice('ed25519:'.length), 'hex'))

export function receiptFor(key: TestKey, changes: MintChanges = {}): Receipt {
  const unsigned = bodyFor(key, changes)
  return acceptSigned(unsigned, signWith(key, signingBytes(unsigned)))
}
