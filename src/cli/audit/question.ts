/** The options of `countersign audit` -> what is asked and which keys are trusted for the answer, or every problem at once. */
import {
  type Environment,
  type Origin,
  type PinnedKeys,
  type RepositoryName,
  type SecondsTime,
  type TokenKeys,
  momentForm,
  parseEnvironment,
  parseMoment,
  parseOrigin,
  parsePinnedKeys,
  parseRepositoryName,
  parseVerifierKey,
  printSecondsTime,
  readTokenKeys,
} from '#protocol'
import {readBounded} from '../../action/sources/bounded-file.ts'
import {type CommandLine, type Words, readWords} from '../arguments.ts'

export interface AuditQuestion {
  readonly issuer: Origin
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly at: SecondsTime
}

/** Keys that the user gave. What is undefined is taken from the issuer, but for the ledger's, which is then not used. */
export interface GivenKeys {
  readonly receipts: PinnedKeys | undefined
  readonly tokens: TokenKeys | undefined
  readonly ledger: string | undefined
}

export interface AuditOrder {
  readonly question: AuditQuestion
  readonly keys: GivenKeys
  /** A secret: it is in no message and no output. */
  readonly auditorToken: string | undefined
  readonly form: 'text' | 'json' | 'csv'
}

const syntax = {
  issuer: 'text',
  repository: 'text',
  environment: 'text',
  at: 'text',
  pin: 'texts',
  'token-key': 'text',
  'ledger-key': 'text',
  'auditor-token-file': 'text',
  json: 'flag',
  csv: 'flag',
} as const

type Read<T> =
  {readonly value: T; readonly problem?: undefined} | {readonly value?: undefined; readonly problem: string}

export function readOrder(words: readonly string[], now: () => number): CommandLine<AuditOrder> {
  const read = readWords(words, syntax)
  if (!read.ok) return read
  const question = readQuestion(read.value, now)
  const keys = readKeys(read.value)
  const token = readAuditorToken(read.value.text('auditor-token-file'))
  const form = readForm(read.value)
  const {files} = read.value
  const problems = [
    ...(files.length === 0 ? [] : [`${files.join(' ')}: no option takes this.`]),
    ...question.problems,
    ...keys.problems,
    ...[token, form].flatMap(({problem}) => problem ?? []),
  ]
  if (question.value === undefined || form.value === undefined || problems.length > 0)
    return {ok: false, fault: problems}
  return {
    ok: true,
    value: {question: question.value, keys: keys.value, auditorToken: token.value, form: form.value},
  }
}

function readQuestion(
  {text}: Words,
  now: () => number,
): {readonly value: AuditQuestion | undefined; readonly problems: readonly string[]} {
  const issuer = parseOrigin(text('issuer'))
  const repository = parseRepositoryName(text('repository'))
  const environment = parseEnvironment(text('environment'))
  const at = text('at') === undefined ? printSecondsTime(now()) : parseMoment(text('at'))
  const problems = [
    ...(issuer === undefined ? ['--issuer: give an origin such as https://countersign.example, without a path.'] : []),
    ...(repository === undefined ? ['--repository: give owner/name.'] : []),
    ...(environment === undefined ? ['--environment: give the name of an environment, such as production.'] : []),
    ...(at === undefined ? [`--at: give a time that exists, ${momentForm}.`] : []),
  ]
  if (issuer === undefined || repository === undefined || environment === undefined || at === undefined) {
    return {value: undefined, problems}
  }
  return {value: {issuer, repository, environment, at}, problems}
}

function readKeys({text}: Words): {readonly value: GivenKeys; readonly problems: readonly string[]} {
  const lines = text('pin')
  const pinned = lines === undefined ? undefined : parsePinnedKeys(lines)
  const tokens = readTokenKey(text('token-key'))
  const ledger = text('ledger-key')
  const isLedgerKey = ledger === undefined || parseVerifierKey(ledger) !== undefined
  return {
    value: {receipts: pinned?.ok === true ? pinned.value : undefined, tokens: tokens.value, ledger},
    problems: [
      ...(pinned?.ok === false ? pinned.fault.map((problem) => `--pin: ${problem}.`) : []),
      ...(tokens.problem === undefined ? [] : [tokens.problem]),
      ...(isLedgerKey ? [] : ['--ledger-key: give the verifier key that the issuer prints, name+id+base64.']),
    ],
  }
}

const maxFileBytes = 65_536

/** Of the word `jwks` nothing is read here: the issuer is asked. */
function readTokenKey(source: string | undefined): Read<TokenKeys | undefined> {
  if (source === undefined || source === 'jwks') return {value: undefined}
  const file = readBounded(source, maxFileBytes)
  if (file.kind !== 'read') return {problem: `--token-key: ${file.problem}.`}
  const keys = readTokenKeys(Buffer.from(file.bytes).toString('utf8'))
  return keys.ok ? {value: keys.value} : {problem: `--token-key: ${keys.fault}.`}
}

/** Says nothing of what is in the file. */
export function readAuditorToken(path: string | undefined): Read<string | undefined> {
  if (path === undefined) return {value: undefined}
  const file = readBounded(path, maxFileBytes)
  if (file.kind !== 'read') return {problem: `--auditor-token-file: ${file.problem}.`}
  const token = Buffer.from(file.bytes)
    .toString('latin1')
    .replace(/\r?\n$/, '')
  return /^csat_[A-Za-z0-9_-]{43}$/.test(token)
    ? {value: token}
    : {problem: '--auditor-token-file: the file must hold one auditor token, csat_ and 43 characters.'}
}

function readForm({flag}: Words): Read<AuditOrder['form']> {
  if (flag('json') && flag('csv')) return {problem: 'Give --json or --csv, not both.'}
  return {value: flag('json') ? 'json' : flag('csv') ? 'csv' : 'text'}
}
