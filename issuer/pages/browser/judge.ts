/** What the papers on a receipt's page prove, line by line. No page, no network: texts in, words out. */
import {
  type Receipt,
  canonicalBytes,
  digestOf,
  hashEntry,
  isPlainObject,
  parseEntry,
  parseJson,
  parsePinnedKeys,
  parseReceipt,
  signingBytes,
  verifyCheckpoint,
  verifyInclusion,
  verifyReceipt,
  verifyRevocation,
} from '#protocol'

/** As they stand on the page; one that is not there is undefined. */
export interface Papers {
  readonly receipt: string
  /** Lines of pinned keys. */
  readonly pin: string
  readonly revocation?: string | undefined
  readonly entry?: string | undefined
  readonly inclusion?: string | undefined
  readonly checkpoint?: string | undefined
  readonly ledgerKey?: string | undefined
  /** Milliseconds. */
  readonly now: number
}

export type Tone = 'holds' | 'fails' | 'care' | 'quiet'

export interface Line {
  readonly tone: Tone
  readonly title: string
  readonly detail: string
}

type Name = 'form' | 'key' | 'signature' | 'life' | 'revocation' | 'entry' | 'inclusion' | 'checkpoint'
export type Lines = Readonly<Record<Name, Line>>

const holds = (title: string, detail: string): Line => ({tone: 'holds', title, detail})
const fails = (title: string, detail: string): Line => ({tone: 'fails', title, detail})
const care = (title: string, detail: string): Line => ({tone: 'care', title, detail})
const quiet = (title: string, detail: string): Line => ({tone: 'quiet', title, detail})

export function judge(papers: Papers): Lines {
  const read = readReceipt(papers.receipt)
  const ledger = {inclusion: judgeInclusion(papers), checkpoint: judgeCheckpoint(papers)}
  if (typeof read === 'string') {
    const unread = quiet('Not looked at', 'what stands above is no receipt')
    const form = fails('It is not a receipt', read)
    return {form, key: unread, signature: unread, life: unread, revocation: unread, entry: unread, ...ledger}
  }
  return {
    form: holds('It is a receipt', 'strict JSON, every member in its form'),
    key: judgeKey(papers),
    signature: judgeSignature(papers.receipt, read),
    life: judgeLife(read, papers.now),
    revocation: judgeRevocation(read, papers),
    entry: judgeEntry(read, papers.entry),
    ...ledger,
  }
}

function readReceipt(text: string): Receipt | string {
  const json = parseJson(text)
  if (!json.ok) return `${json.reason} (at character ${json.at})`
  const parsed = parseReceipt(json.value)
  return parsed.ok ? parsed.value : parsed.fault
}

/** Judged at its own time: whether it is over is a line of its own. */
const terms = {now: 'issued', expect: {}, maxTtl: Infinity} as const

function judgeKey({receipt, pin}: Papers): Line {
  const pinned = parsePinnedKeys(pin)
  if (!pinned.ok) return fails('No key is pinned', pinned.fault.join('; '))
  const verdict = verifyReceipt(receipt, {...terms, keys: pinned.value})
  if (verdict.valid) return holds('It names the key that you pin', verdict.verified.receipt.publicKey)
  switch (verdict.refusal.code) {
    case 'key_not_pinned':
      return fails('It names a key that you do not pin', verdict.refusal.publicKey)
    case 'key_revoked':
      return fails('Its key is pinned as ended', verdict.refusal.publicKey)
    default:
      return holds('It names the key that you pin', '')
  }
}

/** Under the key that it names, pinned or not: the line before says whether that key is trusted. */
function judgeSignature(text: string, receipt: Receipt): Line {
  const keys = parsePinnedKeys(receipt.publicKey)
  const verdict = keys.ok ? verifyReceipt(text, {...terms, keys: keys.value}) : undefined
  return verdict?.valid === true
    ? holds('That key signed it', `Ed25519 over ${signingBytes(receipt).length} bytes of canonical JSON`)
    : fails('That key did not sign this', 'it was changed afterwards, or it is forged')
}

function judgeLife({issuedAt, expiresAt}: Receipt, now: number): Line {
  const span = `from ${issuedAt} until ${expiresAt}`
  if (!(now < Date.parse(expiresAt))) return quiet('Its life is over', `it counted ${span}`)
  return Date.parse(issuedAt) - 60_000 <= now
    ? holds('It is within its life, by your clock', span)
    : care('Its life is still to come, by your clock', span)
}

function judgeRevocation({id}: Receipt, {revocation, pin}: Papers): Line {
  const pinned = parsePinnedKeys(pin)
  if (revocation === undefined || !pinned.ok) {
    return care('The ledger has a revocation', 'its text is not here, or no key is pinned')
  }
  const verdict = verifyRevocation(revocation.trim(), {keys: pinned.value, expect: {receipt: id}})
  if (!verdict.valid) return care('The revocation does not verify', verdict.reason)
  const {revokedBy, at} = verdict.revocation
  return fails('It was revoked', `by ${revokedBy.login} at ${at}; that signature holds`)
}

function judgeEntry(receipt: Receipt, text: string | undefined): Line {
  const read = readEntry(text)
  if (typeof read === 'string') return fails('The ledger’s entry is not whole', read)
  const {subject, seq, digests} = read
  if (subject !== receipt.id) return fails(`Entry ${seq} is about another receipt`, subject)
  return digests['receipt'] === digestOf(canonicalBytes(receipt))
    ? holds(`Entry ${seq} of the ledger is this very receipt`, digests['receipt'])
    : fails(`Entry ${seq} holds another receipt of this id`, digests['receipt'] ?? 'it has no digest')
}

function readEntry(text = '') {
  const json = parseJson(text.trim())
  if (!json.ok) return json.reason
  const parsed = parseEntry(json.value)
  if (!parsed.ok) return parsed.fault
  const {hash, ...body} = parsed.value
  return hashEntry(body) === hash ? parsed.value : 'its hash is not that of its content'
}

function judgeInclusion({entry = '', inclusion = '', checkpoint = '', ledgerKey = ''}: Papers): Line {
  const proof = parseJson(inclusion)
  if (!proof.ok || !isPlainObject(proof.value)) return fails('There is no proof of its place', 'it is not JSON')
  const {seq, size, hash, proof: hashes} = proof.value
  const verdict = verifyInclusion(entry.trim(), {checkpoint, ledgerKey, proof: hashes as readonly string[]})
  if (!verdict.valid) return fails('Its place in the ledger is not proven', verdict.reason)
  return seq === verdict.seq && size === verdict.size && hash === verdict.hash
    ? holds(`It is entry ${verdict.seq} of ${verdict.size} in the signed ledger`, `leaf ${verdict.hash}`)
    : fails('The proof is for another place', `the entry is ${verdict.seq} of ${verdict.size}`)
}

function judgeCheckpoint({checkpoint = '', ledgerKey = ''}: Papers): Line {
  const verdict = verifyCheckpoint(checkpoint, ledgerKey)
  return verdict.valid
    ? holds('The ledger’s key signed the checkpoint', `root ${verdict.root}`)
    : fails('The checkpoint does not verify', verdict.reason)
}

export interface Conclusion extends Pick<Line, 'tone' | 'title'> {
  /** One word for the seal. */
  readonly word: string
  /** What its state turned out to be, where that is worse than what the issuer said when it sent the page. */
  readonly state?: string
}

/** What the lines that a page shows come to. */
export function conclude(lines: readonly (Line & {readonly name: string})[], isDemo: boolean): Conclusion {
  const has = (name: string, tone: Tone): boolean => lines.some((line) => line.name === name && line.tone === tone)
  const proven = ['form', 'key', 'signature'].every((name) => has(name, 'holds'))
  const broken = lines.some(({name, tone}) => tone === 'fails' && name !== 'revocation')
  if (!proven || broken) {
    const title = 'This does not verify. Do not rely on it.'
    return {tone: 'fails', word: 'REFUSED', title, state: 'Does not verify'}
  }
  if (has('revocation', 'fails')) {
    return {tone: 'fails', word: 'REVOKED', title: 'Genuine, and revoked: it does not count any more.'}
  }
  if (has('revocation', 'care')) return {tone: 'care', word: 'REVOKED', title: 'Genuine, and said to be revoked.'}
  if (isDemo) return {tone: 'care', word: 'EXAMPLE', title: 'The signature holds, under a key that is pinned nowhere.'}
  const title = `Verified in your browser.${has('life', 'holds') ? '' : ' It lets nothing out now.'}`
  return has('life', 'quiet')
    ? {tone: 'quiet', word: 'EXPIRED', title, state: 'Expired'}
    : {tone: 'holds', word: 'VERIFIED', title}
}
