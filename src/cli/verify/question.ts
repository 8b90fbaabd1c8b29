/** The options of `countersign verify` -> what is asked of each document, or every problem at once. */
import {
  type EvidenceId,
  type PinnedKeys,
  type TokenKeys,
  parseEvidenceId,
  parseEvidenceKey,
  parsePinnedKeys,
  momentForm,
  parseMoment,
  readTokenKeys,
  secondsTimeToMs,
} from '#protocol'
import {readBounded} from '../../action/sources/bounded-file.ts'
import {type CommandLine, type Words, readWords} from '../arguments.ts'
import {type DocumentOption, documentOptions} from './uses.ts'

/** What is undefined was not given: a document that needs it is not judged. */
export interface Question {
  readonly keys: PinnedKeys | undefined
  readonly tokenKeys: TokenKeys | undefined
  readonly hmacKey: Uint8Array | undefined
  /** Keys of single bundles, for packs. */
  readonly evidenceKeys: ReadonlyMap<EvidenceId, Uint8Array>
  readonly ledgerKey: string | undefined
  /** A signed note, not yet verified. */
  readonly checkpoint: string | undefined
  /** Milliseconds since the epoch, or the document's own time. */
  readonly at: number | 'issued'
  /** The time now, whatever time is asked about. */
  readonly clock: number
  readonly isJson: boolean
  /** Which were given: one that is of no use for any file is a mistake. */
  readonly given: readonly DocumentOption[]
}

export interface AskedOfFiles {
  readonly question: Question
  readonly files: readonly string[]
}

const syntax = {
  key: 'texts',
  jwks: 'text',
  'public-key': 'text',
  'hmac-key-file': 'text',
  'evidence-keys': 'text',
  'ledger-key': 'text',
  checkpoint: 'text',
  at: 'text',
  json: 'flag',
} as const

type Read<T> = {readonly value: T | undefined; readonly problems: readonly string[]}

const given = <T>(value: T | undefined): Read<T> => ({value, problems: []})
const wrong = (...problems: readonly string[]): Read<never> => ({value: undefined, problems})

export function readQuestion(words: readonly string[], now: () => number): CommandLine<AskedOfFiles> {
  const read = readWords(words, syntax)
  if (!read.ok) return read
  const {flag, files, text} = read.value
  const keys = readKeys(text('key'))
  const tokenKeys = readTokenKeyFile(read.value)
  const hmacKey = readHmacKey(text('hmac-key-file'))
  const evidenceKeys = readEvidenceKeys(text('evidence-keys'))
  const checkpoint = readCheckpointFile(read.value)
  const at = readTime(text('at'), now)
  const noFile = files.length === 0 ? ['Name at least one file, or - for standard input.'] : []
  const twice = files.filter((file) => file === '-').length > 1 ? ['Standard input (-) can be read once.'] : []
  const problems = [keys, tokenKeys, hmacKey, evidenceKeys, checkpoint, at]
    .flatMap((one) => one.problems)
    .concat(noFile, twice)
  if (at.value === undefined || problems.length > 0) return {ok: false, fault: problems}
  return {
    ok: true,
    value: {
      files,
      question: {
        keys: keys.value,
        tokenKeys: tokenKeys.value,
        hmacKey: hmacKey.value,
        evidenceKeys: evidenceKeys.value ?? new Map(),
        ledgerKey: text('ledger-key'),
        checkpoint: checkpoint.value,
        at: at.value,
        clock: now(),
        isJson: flag('json'),
        given: documentOptions.filter((name) => text(name) !== undefined),
      },
    },
  }
}

function readKeys(lines: string | undefined): Read<PinnedKeys> {
  if (lines === undefined) return given<PinnedKeys>(undefined)
  const pinned = parsePinnedKeys(lines)
  return pinned.ok ? given(pinned.value) : wrong(...pinned.fault.map((problem) => `--key: ${problem}.`))
}

function readTokenKeyFile({text}: Words): Read<TokenKeys> {
  const [jwks, pem] = [text('jwks'), text('public-key')]
  if (jwks !== undefined && pem !== undefined) return wrong('Give --jwks or --public-key, not both.')
  const path = jwks ?? pem
  if (path === undefined) return given<TokenKeys>(undefined)
  const option = jwks === undefined ? '--public-key' : '--jwks'
  const file = readText(path, option)
  if (file.value === undefined) return wrong(...file.problems)
  // A file's line end is not part of a JSON text that begins with its brace, and PEM may have one.
  const keys = readTokenKeys(file.value)
  return keys.ok ? given(keys.value) : wrong(`${option}: ${keys.fault}.`)
}

/** Says nothing of what is in the file. */
function readHmacKey(path: string | undefined): Read<Uint8Array> {
  if (path === undefined) return given<Uint8Array>(undefined)
  const file = readBounded(path, maxKeyFileBytes)
  if (file.kind !== 'read') return wrong(`--hmac-key-file: ${file.problem}.`)
  const {bytes} = file
  const key = parseEvidenceKey(
    bytes.length === 32
      ? bytes
      : Buffer.from(bytes)
          .toString('latin1')
          .replace(/\r?\n$/, ''),
  )
  return key === undefined
    ? wrong("--hmac-key-file: give the bundle's own key, as 64 lower-case hex digits or 32 bytes.")
    : given(key)
}

/** Says nothing of what is in the file but which line is wrong. */
function readEvidenceKeys(path: string | undefined): Read<ReadonlyMap<EvidenceId, Uint8Array>> {
  const keys = new Map<EvidenceId, Uint8Array>()
  if (path === undefined) return given<ReadonlyMap<EvidenceId, Uint8Array>>(keys)
  const file = readBounded(path, maxEvidenceKeyBytes)
  if (file.kind !== 'read') return wrong(`--evidence-keys: ${file.problem}.`)
  const lines = Buffer.from(file.bytes).toString('latin1').trimEnd().split(/\r?\n/)
  for (const [i, line] of lines.entries()) {
    const [name, hex, ...more] = line.split(' ')
    const [id, key] = [parseEvidenceId(name), parseEvidenceKey(hex)]
    if (id === undefined || key === undefined || more.length > 0) {
      return wrong(`--evidence-keys: line ${i + 1} is not a bundle's id, a space and the 64 hex digits of its key.`)
    }
    keys.set(id, key)
  }
  return given<ReadonlyMap<EvidenceId, Uint8Array>>(keys)
}

function readCheckpointFile({text}: Words): Read<string> {
  const path = text('checkpoint')
  if (path === undefined) return given<string>(undefined)
  return text('ledger-key') === undefined
    ? wrong('--checkpoint needs --ledger-key: the key that must have signed it.')
    : readText(path, '--checkpoint')
}

const maxKeyFileBytes = 65_536
/** A line a bundle. */
const maxEvidenceKeyBytes = 64 * 1024 * 1024

function readText(path: string, option: string): Read<string> {
  const file = readBounded(path, maxKeyFileBytes)
  if (file.kind !== 'read') return wrong(`${option}: ${file.problem}.`)
  return given(Buffer.from(file.bytes).toString('utf8'))
}

function readTime(at: string | undefined, now: () => number): Read<number | 'issued'> {
  if (at === undefined) return given<number | 'issued'>(now())
  if (at === 'issued') return given<number | 'issued'>(at)
  const time = parseMoment(at)
  return time === undefined
    ? wrong(`--at: give a time that exists, ${momentForm}; or the word issued.`)
    : given<number | 'issued'>(secondsTimeToMs(time))
}
