/**
 * Facts of a case as JSON, or an evidence bundle that holds them, for whoever asks how a policy would judge them. It is
 * only asked "what if", so a bundle's MAC is not verified here.
 */
import {Ajv2020} from 'ajv/dist/2020.js'
import {
  type EvidenceBundle,
  type JsonObject,
  type JsonValue,
  type SectionName,
  isPlainObject,
  parseDisclosure,
  parseEvidence,
  parseJson,
} from '#protocol'
import {permissionLevels} from '../model/facts.ts'
import type {Case} from '../model/ruling.ts'

export type GivenFacts = Pick<Case, 'request' | 'standing' | 'change' | 'approvals' | 'denials' | 'isVoid'>

export type FactsResult =
  {readonly ok: true; readonly facts: GivenFacts} | {readonly ok: false; readonly problems: readonly string[]}

const text = {type: 'string'}
const flag = {type: 'boolean'}
const count = {type: 'integer', minimum: 0}
const time = {type: 'number', description: 'Milliseconds since 1970.'}
const sha = {type: 'string', pattern: '^(?:[0-9a-f]{40}|[0-9a-f]{64})$'}
const digest = {type: 'string', pattern: '^sha256:[0-9a-f]{64}$'}
const repository = {type: 'string', pattern: '^[A-Za-z0-9_-]{1,39}/[A-Za-z0-9._-]{1,100}$'}
const environment = {type: 'string', pattern: '^(?!.*(?:\\.\\.|//))(?!.*[./]$)[a-z0-9][a-z0-9._/-]{0,62}$'}
const list = (items: object): object => ({type: 'array', items})

/** Every member is needed, but those that `optional` lists. Others may stand beside them. */
const object = (properties: Readonly<Record<string, object>>, optional: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
})

const seenOrNot = (name: string, items: object): object => ({
  anyOf: [object({kind: {const: 'seen'}, [name]: list(items)}), object({kind: {const: 'unseen'}, why: text})],
})

const account = object({id: count, login: text, type: text})
const comparison = object({from: text, commits: count, files: count, additions: count, deletions: count, cut: flag})

const standing = object({
  readAt: time,
  author: account,
  viaApp: flag,
  viaEmail: flag,
  edited: flag,
  asAnnounced: flag,
  createdAt: time,
  bodyDigest: digest,
  permission: {enum: [...permissionLevels]},
  role: text,
  teams: list(text),
})

const pullRequest = object(
  {
    number: count,
    state: {enum: ['open', 'closed', 'merged']},
    head: object({sha, ref: text, repositoryId: {type: ['integer', 'null']}}),
    base: object({ref: text, repositoryId: count}),
    author: account,
    mergeCommit: sha,
  },
  ['mergeCommit'],
)

const file = object({path: text, previous: text, additions: count, deletions: count}, ['previous'])
const check = object({name: text, app: text, status: text, conclusion: {type: ['string', 'null']}})

const change = object(
  {
    repository: object({
      id: count,
      name: repository,
      public: flag,
      defaultBranch: text,
      owner: object({id: count, login: text}),
    }),
    pullRequest,
    commit: object({sha, tree: sha}),
    mergeReachable: flag,
    authors: seenOrNot('people', object({name: text, email: text, id: count}, ['id'])),
    pushers: seenOrNot('accounts', object({id: count, login: text})),
    since: comparison,
    size: comparison,
    files: list(file),
    filesCut: flag,
    checks: list(check),
    checksCut: flag,
    unsignedCommits: count,
    behindBy: {anyOf: [count, {const: 'unknown'}]},
    firstByAuthor: {enum: [true, false, 'unknown']},
  },
  ['mergeReachable', 'since'],
)

const approval = object({
  login: text,
  id: count,
  role: text,
  at: time,
  statement: object({id: count, digest}),
  binding: {enum: ['commit', 'head']},
})

const ajv = new Ajv2020({allErrors: true, strict: true, allowUnionTypes: true})
const fitsSchema = ajv.compile(
  object({request: object({environment, sha}, ['sha']), standing, change, approvals: list(approval)}, ['approvals']),
)

/** What of the bundle's sections is a case: the rest was decided, not read. Lists that were cut are no facts. */
function openFacts({disclosures}: EvidenceBundle): JsonObject {
  const sections = new Map<SectionName, JsonValue>()
  for (const disclosure of disclosures) {
    const opened = parseDisclosure(disclosure)
    if (opened.ok) sections.set(opened.section.name, opened.section.value)
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
  if (!parsed.ok) return {ok: false, problems: [`it is no strict JSON: ${parsed.reason}`]}
  const bundle = parseEvidence(parsed.value)
  const facts: JsonValue = bundle.ok ? openFacts(bundle.bundle) : parsed.value
  if (!fitsSchema(facts)) {
    const problems = (fitsSchema.errors ?? []).map(({instancePath, message}) =>
      `${instancePath} ${message ?? ''}`.trim(),
    )
    return {ok: false, problems: [...new Set(problems)]}
  }
  // The schema has just said so.
  const given = facts as unknown as Pick<GivenFacts, 'request' | 'standing' | 'change'> & Partial<GivenFacts>
  // Which policy judges them is the caller's question, so the one that they came with is left aside, as is what was
  // denied there: that is the issuer's to know.
  return {ok: true, facts: {...given, approvals: given.approvals ?? [], denials: [], isVoid: false}}
}
