/** The public keys that tokens are verified with (formats §1 and §3): PEM, JWK, JWKS or a key object; strict in each. */
import {parseBase64url, printBase64url} from './base64url.ts'
import {type RsaKey, importRsaKey, sha256} from './crypto.ts'
import {
  type JsonObject,
  type JsonValue,
  canonicalBytes,
  canonicalJson,
  isPlainObject,
  parseJson,
  quote,
} from './json.ts'
import type {Result} from './result.ts'

/** By `kid`, the thumbprint. A Map: a `kid` such as `__proto__` finds nothing. */
export type TokenKeys = ReadonlyMap<string, RsaKey>

/** A key as `/.well-known/jwks.json` shows it. */
export interface PublicJwk {
  readonly kty: 'RSA'
  readonly n: string
  readonly e: string
  readonly alg: 'RS256'
  readonly use: 'sig'
  readonly kid: string
}

export type KeyReading<T> = Result<T, string>

const minBits = 2048
const maxBits = 8192
const minExponent = 65_537n
/** A key of 8192 bits has 1.5 KB as PEM and 1.4 KB as a JWK. */
const maxPemLength = 4096
const maxJwksLength = 65_536
const maxJwksKeys = 64

/** Total. A fault says what is wrong with the key, and quotes nothing of it. */
export function readTokenKeys(source: unknown): KeyReading<TokenKeys> {
  if (typeof source === 'string') return readOnce(source, readKeyText)
  if (typeof source !== 'object' || source === null) return {ok: false, fault: expected}
  const known = knownObjects.get(source)
  if (known !== undefined && (known.jwk === undefined || holdsStill(source, known.jwk))) return recall(known.keys)
  const key = importRsaKey({object: source})
  if (key !== undefined) return remember(source, {read: keyed([judgeKey(key)])})
  const jwk = copyMembers(source)
  const read = readOnce(jwk === undefined ? '' : printJwk(jwk), readJwkText)
  return jwk === undefined ? read : remember(source, {read, jwk})
}

/**
 * To read a key takes longer than to verify with it, and whoever verifies gives the same one each time. A key object of
 * the library never changes, a JWK is compared member by member, and a text is remembered whole: a reading is the same
 * from memory. Refusals are not remembered. Each caller gets a Map of its own.
 */
const knownObjects = new WeakMap<object, {readonly keys: readonly KidAndKey[]; readonly jwk: Jwk | undefined}>()
const knownTexts = new Map<string, readonly KidAndKey[]>()
const maxKnownTexts = 8

type Jwk = Readonly<Record<string, unknown>>

const recall = (keys: readonly KidAndKey[]): KeyReading<TokenKeys> => ({ok: true, value: new Map(keys)})

function remember(source: object, {read, jwk}: {read: KeyReading<TokenKeys>; jwk?: Jwk}): KeyReading<TokenKeys> {
  if (read.ok) knownObjects.set(source, {keys: [...read.value], jwk})
  return read
}

/** Only texts compare: what lies within a list may have changed. */
function holdsStill(source: object, known: Jwk): boolean {
  const jwk = Object.entries(copyMembers(source) ?? {})
  return (
    jwk.length === Object.keys(known).length &&
    jwk.every(([name, value]) => typeof value === 'string' && value === known[name])
  )
}

function readOnce(text: string, readText: (text: string) => KeyReading<TokenKeys>): KeyReading<TokenKeys> {
  const known = knownTexts.get(text)
  if (known !== undefined) return recall(known)
  const read = readText(text)
  if (!read.ok) return read
  const [oldest] = knownTexts.keys()
  if (oldest !== undefined && knownTexts.size >= maxKnownTexts) knownTexts.delete(oldest)
  knownTexts.set(text, [...read.value])
  return read
}

const expected = 'give a PEM text (PUBLIC KEY or RSA PUBLIC KEY), a JWK, a JWKS or a KeyObject'
const notJwk = `it is no JWK, and no JWKS of at most ${maxJwksKeys} keys and 64 KiB; ${expected}`
const notPublic = 'it is not an RSA public key: private, symmetric, RSA-PSS and other keys are refused'

/** What it holds, read once: a getter that answers differently each time has one say. Undefined when looking throws. */
function copyMembers(source: object): Jwk | undefined {
  try {
    return {...source}
  } catch {
    return undefined
  }
}

/** The copies are for objects of another realm, whose prototypes are not ours; what cannot be a JWK becomes an empty text. */
function printJwk(jwk: Jwk): string {
  try {
    const keys: unknown = jwk['keys']
    const isSet = Array.isArray(keys) && keys.length <= maxJwksKeys
    return canonicalJson(isSet ? {...jwk, keys: keys.map((key: unknown) => copy(key))} : jwk, {left: maxJwksLength})
  } catch {
    return ''
  }
}

const copy = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? {...value} : value

/** One block with one of two labels: a library would also take certificates and derive the public half of a private key. */
const publicPem =
  /^-----BEGIN ((?:RSA )?PUBLIC KEY)-----\r?\n(?:[A-Za-z0-9+/]{1,76}={0,2}\r?\n){1,99}-----END \1-----(?:\r?\n)?$/

function readKeyText(text: string): KeyReading<TokenKeys> {
  if (text.startsWith('{')) return readJwkText(text)
  if (text.length > maxPemLength || !publicPem.test(text)) return {ok: false, fault: `it is no public key; ${expected}`}
  const key = importRsaKey({pem: text})
  return key === undefined ? {ok: false, fault: notPublic} : keyed([judgeKey(key)])
}

function readJwkText(text: string): KeyReading<TokenKeys> {
  if (text === '' || text.length > maxJwksLength) return {ok: false, fault: notJwk}
  const json = parseJson(text)
  if (!json.ok) return {ok: false, fault: `it is not strict JSON: ${json.reason} (at character ${json.at})`}
  const {value} = json
  if (!isPlainObject(value)) return {ok: false, fault: expected}
  const keys = value['keys']
  if (keys === undefined) return keyed([readJwk(value)])
  if (!Array.isArray(keys)) return {ok: false, fault: 'the member "keys" of the JWKS must be an array'}
  const wanted = (keys as readonly JsonValue[]).filter((key) => !isForAnotherUse(key))
  if (wanted.length === 0) return {ok: false, fault: 'the JWKS holds no RSA key for RS256 signatures'}
  return keyed(wanted.map(readJwk))
}

const secretMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']

/**
 * A key of a set that no token is verified with, and that gives nothing away: it is passed over (RFC 7517 §5). A secret
 * one is not passed over: a set that holds it is in the wrong place.
 */
function isForAnotherUse(key: JsonValue): boolean {
  if (!isPlainObject(key) || secretMembers.some((name) => name in key) || key['kty'] === 'oct') return false
  return key['kty'] !== 'RSA' || (key['alg'] ?? 'RS256') !== 'RS256' || (key['use'] ?? 'sig') !== 'sig' || !maySign(key)
}

const maySign = (jwk: JsonObject): boolean => {
  const operations = jwk['key_ops']
  return operations === undefined || (Array.isArray(operations) && operations.includes('verify'))
}

function readJwk(jwk: JsonValue): KeyReading<KidAndKey> {
  if (!isPlainObject(jwk)) return {ok: false, fault: 'a key of the JWKS must be an object'}
  if (secretMembers.some((name) => name in jwk)) return {ok: false, fault: notPublic}
  const {kty, alg = 'RS256', use = 'sig', n, e, kid} = jwk
  if (kty !== 'RSA') return {ok: false, fault: notPublic}
  if (alg !== 'RS256') return {ok: false, fault: 'the JWK is for another algorithm than RS256'}
  if (use !== 'sig' || !maySign(jwk)) return {ok: false, fault: 'the JWK is for another use than verifying signatures'}
  if (!isNumberText(n) || !isNumberText(e)) {
    return {ok: false, fault: '"n" and "e" of the JWK must be canonical base64url without a leading zero byte'}
  }
  const key = importRsaKey({n, e})
  if (key === undefined) return {ok: false, fault: notPublic}
  const judged = judgeKey(key)
  if (!judged.ok || kid === undefined || kid === judged.value[0]) return judged
  const shown = typeof kid === 'string' ? quote(kid) : 'of the JWK'
  return {ok: false, fault: `the kid ${shown} is not the RFC 7638 thumbprint of its key, ${judged.value[0]}`}
}

/** RFC 7518 §2, Base64urlUInt: the fewest bytes that hold the number. */
const isNumberText = (value: unknown): value is string =>
  typeof value === 'string' && (parseBase64url(value)?.[0] ?? 0) !== 0

type KidAndKey = readonly [kid: string, key: RsaKey]

function judgeKey(key: RsaKey): KeyReading<KidAndKey> {
  if (!(key.bits >= minBits && key.bits <= maxBits)) {
    return {ok: false, fault: `the key has ${key.bits} bits: 2048 to 8192 are needed`}
  }
  if (!(key.exponent >= minExponent)) return {ok: false, fault: 'the exponent of the key is below 65537'}
  if (hasWeakPrimes(key.n))
    return {ok: false, fault: 'the key was made by faulty hardware (CVE-2017-15361): replace it'}
  return {ok: true, value: [thumbprint({kty: 'RSA', n: key.n, e: key.e}), key]}
}

function keyed(readings: readonly KeyReading<KidAndKey>[]): KeyReading<TokenKeys> {
  const keys = new Map<string, RsaKey>()
  for (const reading of readings) {
    if (!reading.ok) return reading
    const [kid, key] = reading.value
    if (keys.has(kid)) return {ok: false, fault: `the key ${kid} stands twice in the JWKS`}
    keys.set(kid, key)
  }
  return {ok: true, value: keys}
}

const smallPrimes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113,
  127, 131, 137, 139, 149, 151, 157, 163, 167,
]

/**
 * ROCA (CVE-2017-15361): a chip made primes k·M + 65537^a mod M, so modulo each small prime the modulus is a power of
 * 65537, and can be factored. One sound key in 2^27 looks the same and is refused with them; most leave at the first test.
 */
function hasWeakPrimes(n: string): boolean {
  const modulus = parseBase64url(n) ?? new Uint8Array(0)
  return smallPrimes.every((prime) => {
    let residue = 0
    for (const byte of modulus) residue = (residue * 256 + byte) % prime
    return isPowerOf65537(residue, prime)
  })
}

function isPowerOf65537(residue: number, prime: number): boolean {
  let power = 1
  do {
    if (power === residue) return true
    power = (power * 65_537) % prime
  } while (power !== 1)
  return false
}

/** RFC 7638 §3.2 and RFC 8037 §2: the members that a thumbprint covers. */
const thumbprintMembers = {RSA: ['e', 'kty', 'n'], OKP: ['crv', 'kty', 'x']} as const

/** The RFC 7638 thumbprint with SHA-256, base64url: what `kid` says. */
export function thumbprint(jwk: {readonly kty: keyof typeof thumbprintMembers} & JsonObject): string {
  const required = thumbprintMembers[jwk.kty].map((name) => [name, jwk[name]] as const)
  return printBase64url(sha256(canonicalBytes(Object.fromEntries(required))))
}

/** A public key as a JWK. Throws TypeError for a key that no token may be verified with. */
export function publicJwk(source: unknown): PublicJwk {
  const read = readTokenKeys(source)
  const [entry, ...more] = read.ok ? read.value : []
  if (!read.ok || entry === undefined || more.length > 0) {
    throw new TypeError(`token key: ${read.ok ? 'give one key' : read.fault}`)
  }
  const [kid, {n, e}] = entry
  return {kty: 'RSA', n, e, alg: 'RS256', use: 'sig', kid}
}
