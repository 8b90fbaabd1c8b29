/** The inputs of action.yml -> typed inputs, or every problem at once, each naming the input and the fix. */
import {
  type CommitSha,
  type Environment,
  type Flag,
  type Limits,
  type Origin,
  type PinnedKeys,
  type Proof,
  type RepositoryId,
  type RepositoryName,
  type Result,
  flagWords,
  maxApprovals,
  parseCommitSha,
  parseDuration,
  parseEnvironment,
  parseOrigin,
  parsePinnedKeys,
  parseRepositoryId,
  parseRepositoryName,
  parseVerifierKey,
  proofWords,
} from '#protocol'

export const inputNames = [
  'environment',
  'public-key',
  'issuer-url',
  'receipt',
  'github-token',
  'app-id',
  'repository',
  'repository-id',
  'sha',
  'match',
  'checkout',
  'path',
  'min-approvals',
  'require-proof',
  'refuse-flags',
  'max-ttl',
  'ledger-key',
  'wait',
  'redeem',
  'report',
] as const
export type InputName = (typeof inputNames)[number]

/** Nobody gives it: the runner fills its default in when the post step runs, and so tells how the job went (docs/adr/0007). */
export const jobStatusInput = 'job-status'

export interface Inputs {
  readonly environment: Environment
  readonly keys: PinnedKeys
  readonly issuer: Origin | undefined
  /** The receipt itself or a path; empty: none was given. */
  readonly receipt: string
  /** Empty: GitHub is not asked. */
  readonly token: string
  /** The App whose check runs alone are read. */
  readonly app: number | undefined
  readonly repository: {readonly name: RepositoryName; readonly id: RepositoryId} | undefined
  readonly sha: CommitSha | undefined
  readonly match: 'commit' | 'tree'
  readonly checkout: 'verify' | 'ignore'
  readonly path: string
  readonly limits: Limits
  /** Milliseconds. */
  readonly maxTtl: number
  /** A C2SP verifier key. */
  readonly ledgerKey: string | undefined
  /** Milliseconds. */
  readonly wait: number
  readonly redeem: boolean
  readonly report: boolean
}

/** Or every problem. */
export type InputsResult = Result<Inputs, readonly string[]>

/** `read` gives an input's text, or the empty text when it was not given. */
export function readInputs(read: (name: InputName) => string): InputsResult {
  const form = new Form(read)
  const inputs: Unfinished<Inputs> = {
    environment: form.take('environment', parseEnvironment, 'must be a name such as production (a-z 0-9 . _ / -)'),
    keys: readKeys(form),
    issuer: form.takeOptional(
      'issuer-url',
      parseOrigin,
      'must be an origin such as https://countersign.example, without a path or a slash at its end',
    ),
    receipt: read('receipt').trim(),
    token: read('github-token').trim(),
    app: form.takeOptional('app-id', parseId, "must be the id of the issuer's GitHub App, in plain decimal"),
    repository: readRepository(form),
    sha: form.takeOptional('sha', parseCommitSha, 'must be the full commit: 40 or 64 lower-case hex digits'),
    match: form.take('match', oneOf('commit', 'tree'), 'must be commit or tree'),
    checkout: form.take('checkout', oneOf('verify', 'ignore'), 'must be verify or ignore'),
    path: read('path').trim(),
    limits: readLimits(form),
    maxTtl: form.take('max-ttl', parseLife, 'must be a duration such as 90s, 15m, 1h or 7d'),
    ledgerKey: form.takeOptional(
      'ledger-key',
      (text) => (parseVerifierKey(text) === undefined ? undefined : text),
      "must be the ledger's key as the issuer prints it, name+id+base64",
    ),
    wait: form.take('wait', parseDuration, 'must be 0, or a duration such as 90s, 15m or 1h'),
    redeem: form.take('redeem', parseSwitch, 'must be true or false'),
    report: form.take('report', parseSwitch, 'must be true or false'),
  }
  if (inputs.redeem === true && inputs.issuer === undefined) {
    form.fault('issuer-url', 'is missing; with "redeem" the issuer records that this run uses the receipt')
  }
  if (inputs.receipt === '' && inputs.token === '' && inputs.issuer === undefined) {
    form.fault(
      'github-token',
      'is empty, and neither "receipt" nor "issuer-url" is given: there is nowhere to look for a receipt',
    )
  }
  return form.finish(inputs)
}

type Parse<T> = (value: string) => T | undefined
type Unfinished<T> = {readonly [K in keyof T]: T[K] | Fault}

/** Stands where a value could not be read. Its problem is in the form, so `finish` never lets it out. */
const faulty: unique symbol = Symbol('faulty')
type Fault = typeof faulty

/** Reads one input after another and keeps every problem. */
class Form {
  readonly #read: (name: InputName) => string
  readonly #problems: string[] = []

  constructor(read: (name: InputName) => string) {
    this.#read = read
  }

  /** Not trimmed before `parse`: an environment "production " is refused, never normalized. */
  text(name: InputName): string {
    return this.#read(name)
  }

  take<T>(name: InputName, parse: Parse<T>, rule: string): T | Fault {
    const text = this.text(name)
    const value = parse(text)
    return value ?? this.fault(name, text === '' ? `is missing; it ${rule}` : `is ${quote(text)}; it ${rule}`)
  }

  takeOptional<T>(name: InputName, parse: Parse<T>, rule: string): T | undefined | Fault {
    return this.text(name) === '' ? undefined : this.take(name, parse, rule)
  }

  fault(name: InputName, problem: string): Fault {
    this.#problems.push(`the input "${name}" ${problem}`)
    return faulty
  }

  finish(inputs: Unfinished<Inputs>): InputsResult {
    if (this.#problems.length > 0) return {ok: false, fault: this.#problems}
    return {ok: true, value: inputs as Inputs}
  }
}

/** Long or odd text is shown short: a key or a token pasted into the wrong input must not be printed whole. */
const quote = (text: string): string => JSON.stringify(text.length > 24 ? `${text.slice(0, 12)}…` : text)

function readKeys(form: Form): PinnedKeys | Fault {
  const parsed = parsePinnedKeys(form.text('public-key'))
  if (parsed.ok) return parsed.value
  return form.fault('public-key', `is wrong: ${parsed.fault.join('; ')}`)
}

/** An id without its name, or a name without its id, says too little about what is deployed. */
function readRepository(form: Form): Inputs['repository'] | Fault {
  const name = form.takeOptional('repository', parseRepositoryName, 'must be owner/name')
  const id = form.takeOptional('repository-id', parseId, 'must be the numeric id, in plain decimal')
  if (name === undefined && id === undefined) return undefined
  if (id === undefined) return form.fault('repository-id', 'is missing; it must be given together with "repository"')
  if (name === undefined) return form.fault('repository', 'is missing; it must be given together with "repository-id"')
  return name === faulty || id === faulty ? faulty : {name, id}
}

function readLimits(form: Form): Limits | Fault {
  const minApprovals = form.take('min-approvals', parseApprovals, `must be a number from 1 to ${maxApprovals}`)
  const requireProof = form.take('require-proof', oneOf<Proof>(...proofWords), `must be ${proofWords.join(' or ')}`)
  const refuseFlags = readFlags(form)
  if (minApprovals === faulty || requireProof === faulty || refuseFlags === faulty) return faulty
  return {minApprovals, requireProof, refuseFlags}
}

function readFlags(form: Form): readonly Flag[] | Fault {
  const words = form
    .text('refuse-flags')
    .split(/[\s,]+/)
    .filter((word) => word !== '')
  const flags = words.map((word) => flagWords.find((flag) => flag === word))
  const unknown = words.filter((_, i) => flags[i] === undefined)
  if (unknown.length === 0) return flags.filter((flag) => flag !== undefined)
  return form.fault(
    'refuse-flags',
    `has the unknown word ${unknown.map(quote).join(', ')}; the words are ${flagWords.join(', ')}`,
  )
}

const oneOf =
  <const T extends string>(...words: readonly T[]): Parse<T> =>
  (text) =>
    words.find((word) => word === text)

const parseSwitch: Parse<boolean> = (text) => (text === 'true' ? true : text === 'false' ? false : undefined)

const plainDecimal = /^(?:0|[1-9][0-9]{0,15})$/
const parseId: Parse<RepositoryId> = (text) => (plainDecimal.test(text) ? parseRepositoryId(Number(text)) : undefined)

const parseApprovals: Parse<number> = (text) => {
  const count = plainDecimal.test(text) ? Number(text) : NaN
  return count >= 1 && count <= maxApprovals ? count : undefined
}

/** A life of 0 would refuse every receipt: a slip, and better said at once. */
const parseLife: Parse<number> = (text) => {
  const ms = parseDuration(text)
  return ms === undefined || ms === 0 ? undefined : ms
}
