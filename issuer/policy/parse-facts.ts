/**
 * Facts of a case as JSON, or an evidence bundle that holds them, for whoever asks how a policy would judge them. It is
 * only asked "what if", so a bundle's MAC is not verified here.
 */
import {Ajv2020} from 'ajv/dist/2020.js'
import {
  type CommitSha,
  type Digest,
  type Environment,
  type EvidenceBundle,
  type JsonObject,
  type JsonValue,
  type RepositoryId,
  type RepositoryName,
  type Result,
  type SectionName,
  type TreeSha,
  isPlainObject,
  parseDisclosure,
  parseEvidence,
  parseJson,
} from '#protocol'
import {
  type Account,
  type ChangeFacts,
  type CheckRunFacts,
  type CommitPerson,
  type Comparison,
  type FileFacts,
  type Hand,
  type Hands,
  type RangeFacts,
  type RangePart,
  type StandingFacts,
  permissionLevels,
} from '../model/facts.ts'
import type {Case, CollectedApproval} from '../model/ruling.ts'

export type GivenFacts = Pick<
  Case,
  'request' | 'standing' | 'change' | 'approvals' | 'denials' | 'isVoid' | 'clockAhead'
>

export type FactsResult = Result<GivenFacts, readonly string[]>

/** What is read of the JSON: how GitHub was asked, and which policy stood there, is no fact of a case. */
interface ReadFacts {
  readonly request: Case['request']
  readonly standing: Omit<StandingFacts, 'reads'>
  readonly change: Omit<ChangeFacts, 'reads' | 'policy'>
  readonly approvals?: readonly Omit<CollectedApproval, 'decision' | 'isAdmin'>[] | undefined
}

/** A JSON Schema of the values of a type. The type is only there for the compiler: a fact that no table reads is missed. */
interface SchemaOf<T> {
  readonly schema: object
  readonly optional?: true
  /** Never set. */
  readonly of?: T
}
interface Optional<T> extends SchemaOf<T> {
  readonly optional: true
}

const as = <T>(schema: object): SchemaOf<T> => ({schema})
const optional = <T>({schema}: SchemaOf<T>): Optional<T> => ({schema, optional: true})

const text = as<string>({type: 'string'})
const flag = as<boolean>({type: 'boolean'})
const count = as<number>({type: 'integer', minimum: 0})
const time = as<number>({type: 'number', description: 'Milliseconds since 1970.'})
const sha = {type: 'string', pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$'}
const commitSha = as<CommitSha>(sha)
const treeSha = as<TreeSha>(sha)
const digest = as<Digest>({type: 'string', pattern: '^sha256:[0-9a-f]{64}$'})
const repositoryName = as<RepositoryName>({
  type: 'string',
  pattern: '^[A-Za-z0-9_-]{1,39}/(?!\\.{1,2}$)[A-Za-z0-9._-]{1,100}$',
})
const environment = as<Environment>({
  type: 'string',
  pattern: '^(?!.*(?:\\.\\.|//))(?!.*[./]$)[a-z0-9][a-z0-9._/-]{0,62}$',
})
const list = <T>({schema}: SchemaOf<T>): SchemaOf<readonly T[]> => as({type: 'array', items: schema})
const oneOf = <T>(values: readonly T[]): SchemaOf<T> => as({enum: [...values]})
const orNull = <T>({schema}: SchemaOf<T>): SchemaOf<T | null> => as({anyOf: [schema, {type: 'null'}]})
const orUnknown = <T>({schema}: SchemaOf<T>): SchemaOf<T | 'unknown'> => as({anyOf: [schema, {const: 'unknown'}]})

type TableOf<T> = {
  readonly [K in keyof T]-?: undefined extends T[K] ? Optional<Exclude<T[K], undefined>> : SchemaOf<T[K]>
}

/** Each member that is not optional is needed. Others may stand beside them. */
function object<T>(table: TableOf<T>): SchemaOf<T> {
  const members = Object.entries<SchemaOf<unknown>>(table)
  return as({
    type: 'object',
    properties: Object.fromEntries(members.map(([name, {schema}]) => [name, schema])),
    required: members.filter(([, member]) => member.optional !== true).map(([name]) => name),
  })
}

const account = object<Account>({id: count, login: text, type: text})
const comparison = object<Comparison>({
  from: text,
  commits: count,
  behind: count,
  files: count,
  additions: count,
  deletions: count,
  cut: flag,
})

const standing = object<ReadFacts['standing']>({
  readAt: time,
  author: account,
  viaApp: flag,
  viaEmail: flag,
  edited: flag,
  asAnnounced: flag,
  createdAt: time,
  bodyDigest: digest,
  permission: oneOf(permissionLevels),
  role: text,
  teams: list(text),
})

const pullRequest = object<ChangeFacts['pullRequest']>({
  number: count,
  state: oneOf(['open', 'closed', 'merged']),
  head: object<ChangeFacts['pullRequest']['head']>({sha: commitSha, ref: text, repositoryId: orNull(count)}),
  base: object<ChangeFacts['pullRequest']['base']>({ref: text, repositoryId: count}),
  author: account,
  mergeCommit: optional(commitSha),
})

const repository = object<ChangeFacts['repository']>({
  id: as<RepositoryId>(count.schema),
  name: repositoryName,
  public: flag,
  defaultBranch: text,
  owner: object<ChangeFacts['repository']['owner']>({id: count, login: text}),
})

type HandsOf<Kind> = Extract<Hands, {readonly kind: Kind}>

const hands = as<Hands>({
  anyOf: [
    object<HandsOf<'seen'>>({
      kind: oneOf(['seen']),
      accounts: list(object<Hand>({id: count, login: text, did: text})),
      people: list(object<CommitPerson>({name: text, email: text, id: optional(count)})),
    }).schema,
    object<HandsOf<'everybody'>>({kind: oneOf(['everybody']), why: text}).schema,
  ],
})

const range = object<RangeFacts>({
  base: oneOf(['authorized', 'ground', 'none']),
  since: optional(commitSha),
  size: comparison,
  parts: list(
    object<RangePart>({
      pullRequests: list(object<RangePart['pullRequests'][number]>({number: count, author: text})),
      commits: list(commitSha),
      hands,
    }),
  ),
  unsigned: count,
})

const change = object<ReadFacts['change']>({
  repository,
  pullRequest,
  commit: object<ChangeFacts['commit']>({sha: commitSha, tree: treeSha}),
  mergeReachable: optional(flag),
  range,
  files: list(object<FileFacts>({path: text, previous: optional(text), additions: count, deletions: count})),
  filesCut: flag,
  checks: list(object<CheckRunFacts>({name: text, app: text, status: text, conclusion: orNull(text)})),
  checksCut: flag,
  behindBy: orUnknown(count),
  firstByAuthor: orUnknown(flag),
})

const approval = object<Omit<CollectedApproval, 'decision' | 'isAdmin'>>({
  login: text,
  id: count,
  role: text,
  at: time,
  statement: object<CollectedApproval['statement']>({id: count, digest}),
  binding: oneOf(['commit', 'head']),
})

const ajv = new Ajv2020({allErrors: true, strict: true})
const fitsSchema = ajv.compile<ReadFacts>(
  object<ReadFacts>({
    request: object<Case['request']>({environment, sha: optional(commitSha)}),
    standing,
    change,
    approvals: optional(list(approval)),
  }).schema,
)

/** What of the bundle's sections is a case: the rest was decided, not read. Lists that were cut are no facts. */
function openFacts({disclosures}: EvidenceBundle): JsonObject {
  const sections = new Map<SectionName, JsonValue>()
  for (const disclosure of disclosures) {
    const opened = parseDisclosure(disclosure)
    if (opened.ok) sections.set(opened.value.name, opened.value.value)
  }
  const member = (name: SectionName, path: string): JsonValue => {
    const section = sections.get(name)
    return isPlainObject(section) ? (section[path] ?? null) : null
  }
  return {
    request: member('intent', 'request'),
    standing: member('facts', 'standing'),
    change: member('facts', 'change'),
    approvals: member('escalations', 'approvals'),
  }
}

export function parseFacts(json: string): FactsResult {
  const parsed = parseJson(json)
  if (!parsed.ok) return {ok: false, fault: [`it is no strict JSON: ${parsed.reason}`]}
  const bundle = parseEvidence(parsed.value)
  const facts: JsonValue = bundle.ok ? openFacts(bundle.bundle) : parsed.value
  if (!fitsSchema(facts)) {
    const problems = (fitsSchema.errors ?? []).map(({instancePath, message}) =>
      `${instancePath} ${message ?? ''}`.trim(),
    )
    return {ok: false, fault: [...new Set(problems)]}
  }
  // Which policy judges them is the caller's question, so the one that they came with is left aside, as is what was
  // denied there: that is the issuer's to know.
  const read: ReadFacts = facts
  const change: ChangeFacts = {...read.change, policy: {kind: 'absent'}}
  return {
    ok: true,
    value: {...read, change, approvals: read.approvals ?? [], denials: [], isVoid: false, clockAhead: 0},
  }
}
