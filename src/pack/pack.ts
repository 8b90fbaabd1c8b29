/**
 * The audit pack (docs/export.md): everything that an issuer decided in a period, as a folder that verifies without it.
 *
 *   manifest.json   {"type":"countersign.pack/v1","from":…,"to":…,…,"files":[ LF  a file a line  LF ]}
 *
 * Which documents belong to an entry, and under which names, follows from the entry alone. So a pack is written and
 * verified in one walk along its part of the ledger, and memory does not grow with it.
 */
import {
  type Digest,
  type Entry,
  type Result,
  type RepositoryName,
  type SecondsTime,
  type SectionName,
  ShapeFault,
  by,
  canonicalJson,
  listOf,
  microsTimeToMicros,
  oneOf,
  parseJson,
  parseRepositoryName,
  parseSecondsTime,
  readMembers,
  secondsTimeToMs,
  sectionNames,
} from '#protocol'

/** What packs may be without that were exported over HTTP before auditors were shown everything. */
export const packParts = ['keys', 'policies', 'runs'] as const
export type PackPart = (typeof packParts)[number]

export interface PackHead {
  readonly type: 'countersign.pack/v1'
  /** What the ledger recorded from here on … */
  readonly from: SecondsTime
  /** … and before this. */
  readonly to: SecondsTime
  /** Entries of other repositories stand masked; null: of all repositories. */
  readonly repository: RepositoryName | null
  /** Sections that were dropped from the evidence. */
  readonly redacted: readonly SectionName[]
  /** Nothing, of a pack that is written now. */
  readonly without: readonly PackPart[]
}

export interface PackFile {
  readonly path: string
  /** 64 hex digits. */
  readonly sha256: string
  /** Bytes. */
  readonly size: number
}

/** Every pack has these; the manifest lists all others. */
export const packPaths = {
  manifest: 'manifest.json',
  page: 'index.html',
  index: 'index.csv',
  entries: 'ledger/entries.ndjson',
  checkpoint: 'ledger/checkpoint.txt',
  proofs: 'ledger/proofs.json',
  keySet: 'keys/countersign-keys.json',
  jwks: 'keys/jwks.json',
} as const

export type DocumentKind = 'receipt' | 'token' | 'evidence' | 'revocation' | 'run' | 'keys'

/** A document whose digest an entry carries. */
export interface PackDocument {
  readonly kind: DocumentKind
  readonly path: string
  readonly digest: string
}

const decisionFiles = {receipt: 'receipt.json', token: 'token.jwt', evidence: 'evidence.json'} as const

/** In the order of the manifest. The first entry names the ledger's first keys, which nobody keeps as a document. */
export function documentsOf(entry: Entry): readonly PackDocument[] {
  const {event, seq, digests} = entry
  const document = (kind: DocumentKind, path: string): readonly PackDocument[] => {
    const digest = digests[kind]
    return digest === undefined ? [] : [{kind, path, digest}]
  }
  const folder = folderOf(entry)
  switch (event) {
    case 'ledger.created':
      return []
    case 'key.rotated':
      return document('keys', `keys/${seq}.json`)
    case 'receipt.issued':
    case 'decision.made':
      return (['receipt', 'token', 'evidence'] as const).flatMap((kind) =>
        document(kind, `${folder}/${decisionFiles[kind]}`),
      )
    case 'receipt.revoked':
      return document('revocation', `${folder}/${happeningName(entry)}`)
    case 'receipt.redeemed':
    case 'deploy.started':
    case 'deploy.finished':
      return document('run', `${folder}/${happeningName(entry)}`)
    default:
      return event satisfies never
  }
}

/** All about one receipt lies in one folder, and so does a decision without one. */
export const folderOf = ({event, subject}: Pick<Entry, 'event' | 'subject'>): string =>
  event === 'decision.made' ? `decisions/${subject}` : `receipts/${subject}`

/** `57-revoked.json`: what happened to a receipt, by the number of its entry. */
export const happeningName = ({seq, event}: Pick<Entry, 'seq' | 'event'>): string =>
  `${seq}-${event.slice(event.indexOf('.') + 1)}.json`

const happeningPattern = /^(0|[1-9][0-9]{0,15})-(revoked|redeemed|started|finished)\.json$/

export interface HappeningFile {
  readonly name: string
  readonly seq: number
  readonly word: 'revoked' | 'redeemed' | 'started' | 'finished'
}

/** A file of a receipt's folder as something that happened to it; undefined for its other files. */
export function parseHappeningName(name: string): HappeningFile | undefined {
  const match = happeningPattern.exec(name)
  return match === null ? undefined : {name, seq: Number(match[1]), word: match[2] as HappeningFile['word']}
}

/** Named by their content: many decisions share one. */
export const policyPath = (digest: Digest): string => `policies/${digest.slice('sha256:'.length)}.json`

/** Times of entries are exact to the microsecond, those of a period to the second. */
export function isInPeriod({time}: Pick<Entry, 'time'>, {from, to}: Pick<PackHead, 'from' | 'to'>): boolean {
  const micros = microsTimeToMicros(time)
  return micros >= secondsTimeToMs(from) * 1000 && micros < secondsTimeToMs(to) * 1000
}

/** `facts,intent`: sections of the evidence, each at most once. */
export function parseSectionNames(text: string): readonly SectionName[] | undefined {
  const words = text.split(',')
  const names = sectionNames.filter((name) => words.includes(name))
  return names.length === words.length ? names : undefined
}

const headMembers = {
  type: oneOf('countersign.pack/v1'),
  from: by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists'),
  to: by(parseSecondsTime, 'a time YYYY-MM-DDTHH:MM:SSZ that exists'),
  repository: (value: unknown, path: string): RepositoryName | null =>
    value === null ? null : by(parseRepositoryName, 'owner/name, or null')(value, path),
  redacted: listOf(oneOf(...sectionNames), {min: 0, max: sectionNames.length}),
  without: listOf(oneOf(...packParts), {min: 0, max: packParts.length}),
}

/** Lower case and one dot: no name leads out of the folder, and none is another's on any file system. */
const pathPattern = /^(?:[a-z0-9_-]{1,64}\/){0,4}[a-z0-9_-]{1,80}\.[a-z]{1,8}$/

const fileMembers = {
  path: by((value) => (typeof value === 'string' && pathPattern.test(value) ? value : undefined), 'a path of a pack'),
  sha256: by(
    (value) => (typeof value === 'string' && /^[0-9a-f]{64}$/.test(value) ? value : undefined),
    '64 lower-case hex digits',
  ),
  size: by(
    (value) => (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined),
    'a number of bytes',
  ),
}

/** The manifest's first line, without its end. */
export const printPackHead = (head: PackHead): string => `${JSON.stringify(head).slice(0, -1)},"files":[`
export const manifestEnd = ']}'

export function parsePackHead(line: string): Result<PackHead, string> {
  if (!line.endsWith(',"files":[')) return {ok: false, fault: 'its first line does not end with "files":['}
  return parseLine(`${line.slice(0, -',"files":['.length)}}`, (value) => {
    const head: PackHead = readMembers({value, path: ''}, headMembers)
    if (!(secondsTimeToMs(head.from) < secondsTimeToMs(head.to))) throw new ShapeFault('to', 'must be later than from')
    return head
  })
}

export const printPackFile = ({path, sha256, size}: PackFile): string => canonicalJson({path, sha256, size})

/** A line of the manifest, its comma left out. */
export const parsePackFile = (line: string): Result<PackFile, string> =>
  parseLine(line, (value) => readMembers({value, path: ''}, fileMembers))

function parseLine<T>(line: string, read: (value: unknown) => T): Result<T, string> {
  const json = parseJson(line)
  if (!json.ok) return {ok: false, fault: json.reason}
  try {
    return {ok: true, value: read(json.value)}
  } catch (fault) {
    if (fault instanceof ShapeFault) return {ok: false, fault: fault.message}
    throw fault
  }
}
