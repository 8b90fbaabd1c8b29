/** The log: JSON lines on standard output. What goes through here cannot carry a secret, even inside an error. */
import {type DestinationStream, pino} from 'pino'
import type {LogLevel} from './values.ts'
import type {Log} from '../model/log.ts'
import {Secret} from '../keys/secret.ts'

const redacted = '[redacted]'

/** `secrets` are masked wherever they turn up, beside everything that looks like a token or a private key. */
export function makeLog(
  {level, secrets}: {readonly level: LogLevel; readonly secrets: readonly Secret[]},
  destination: DestinationStream = pino.destination({fd: 1, sync: true}),
): Log {
  const mask = makeMask(secrets)
  return pino(
    {
      level,
      base: null, // No process id and host name on every line.
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({level: label}),
        log: (fields) => cleanMembers(fields, 1),
      },
      serializers: {err: (described: unknown) => described}, // An Error is described above already.
      hooks: {streamWrite: mask},
    },
    destination,
  )
}

/** Headers hold credentials: Octokit's RequestError brings those of the request and of the answer along. */
const secretName =
  /^(?:headers|authorization|cookie|set-cookie|token|secret|password|private[-_]?key|x-hub-signature.*)$/i
const maxDepth = 6
const maxText = 4000

function clean(value: unknown, depth: number): unknown {
  if (typeof value === 'string') return value.length > maxText ? `${value.slice(0, maxText)}…` : value
  if (typeof value === 'bigint') return String(value)
  if (isError(value)) return describeError(value, depth)
  if (typeof value !== 'object' || value === null) return value
  if (depth > maxDepth) return '[deeper]'
  if (Array.isArray(value)) return value.map((item) => clean(item, depth + 1))
  if (value instanceof Secret || value instanceof Date) return value.toJSON()
  return cleanMembers(value, depth)
}

/** By its kind and not its class: an error may come from another realm, with an Error class of its own. */
const isError = (value: unknown): value is Error => Object.prototype.toString.call(value) === '[object Error]'

function cleanMembers(fields: object, depth: number): Record<string, unknown> {
  const members = Object.entries(fields).map(([name, value]: [string, unknown]) => [
    name,
    secretName.test(name) ? redacted : clean(value, depth + 1),
  ])
  return Object.fromEntries(members) as Record<string, unknown>
}

/** The members that explain, by name: whatever else hangs on an error (requests, answers, configurations) stays out. */
function describeError(error: Error, depth: number): Record<string, unknown> {
  const {code, status} = error as {readonly code?: unknown; readonly status?: unknown}
  return {
    type: error.name,
    message: clean(error.message, depth),
    ...(typeof code === 'string' ? {code} : {}),
    ...(typeof status === 'number' ? {status} : {}),
    stack: clean(error.stack, depth),
    ...(isError(error.cause) && depth < maxDepth ? {cause: describeError(error.cause, depth + 1)} : {}),
  }
}

/** GitHub's tokens, auditors' and links', JSON Web Tokens and private keys, as they stand in a line of JSON. Bounded. */
const secretForms =
  /\bgh[a-z]_[A-Za-z0-9_.-]{16,2048}|\bgithub_pat_[A-Za-z0-9_]{16,512}|\bcs(?:at|lk)_[A-Za-z0-9_-]{16,512}|\beyJ[A-Za-z0-9_-]{8,2048}\.[A-Za-z0-9_-]{8,4096}\.[A-Za-z0-9_-]{8,2048}|-----BEGIN [A-Z ]{0,20}PRIVATE KEY-----(?:[^"-]|-(?!----END)){0,16384}/g

function makeMask(secrets: readonly Secret[]): (line: string) => string {
  const values = secrets.map((secret) => secret.reveal()).filter((value) => value.length >= 8)
  // As it is, and as JSON writes it (a PEM's line ends, a quote in a webhook's secret).
  const forms = values.flatMap((value) => [JSON.stringify(value).slice(1, -1), value.trim()])
  return (line) => forms.reduce((text, form) => text.replaceAll(form, redacted), line).replace(secretForms, redacted)
}
