/** One document and the question -> whether it is valid, and what a person wants to know of it. */
import {
  type Faulty,
  type Refusal,
  canonicalBytes,
  explainFaulty,
  explainRefusal,
  maxEvidenceBytes,
  openIntoto,
  secondsTimeToMs,
  verify,
  verifyEvidence,
  verifyReceipt,
  verifyRevocation,
  verifyToken,
  tokenAudience,
} from '#protocol'
import {type Document, begin, readUpTo} from './document.ts'
import {
  type Facts,
  chainFacts,
  checkpointFacts,
  evidenceFacts,
  receiptFacts,
  revocationFacts,
  tokenFacts,
} from './facts.ts'
import {type Kind, isChain, kindOf, readUtf16} from './kind.ts'
import type {Question} from './question.ts'

export type Judgement =
  | {
      readonly outcome: 'valid'
      readonly kind: Kind
      readonly facts: Facts
      /** What the verdict does not say. */
      readonly cautions: readonly string[]
      /** The verifier's own result. */
      readonly result: {readonly valid: true}
    }
  | {
      readonly outcome: 'refused'
      readonly kind: Kind | 'document'
      readonly code: string
      readonly reason: string
      readonly fix: string
    }
  /** Not judged: an option is missing that its verifier needs. */
  | {readonly outcome: 'unasked'; readonly kind: Kind; readonly problem: string}

/** More than the longest line of a ledger. */
const headBytes = 8192

/** Throws what reading the file throws. */
export async function judge(document: Document, question: Question): Promise<Judgement> {
  const {head, whole} = await begin(document, headBytes)
  if (isChain(decode(head))) return judgeChain(whole, question)
  const bytes = await readUpTo(whole, maxEvidenceBytes)
  const utf16 = readUtf16(bytes)
  if (utf16 !== undefined) return refuseUtf16(utf16)
  const text = decode(bytes)
  const kind = kindOf(text)
  switch (kind) {
    case 'receipt':
      return judgeReceipt(bytes, question)
    case 'attestation':
      return judgeAttestation(bytes, question)
    case 'revocation':
      return judgeRevocation(bytes, question)
    case 'token':
      return judgeToken(text.replace(/\r?\n$/, ''), question)
    case 'evidence':
      return judgeEvidence(bytes, question)
    case 'checkpoint':
      return judgeCheckpoint(text, question)
    case 'chain':
      return judgeChain([text], question)
    case undefined:
      return unknownDocument
    default:
      return kind satisfies never
  }
}

/** Only for telling kinds apart and for formats that are ASCII: JSON goes to its verifier as bytes. */
const decode = (bytes: Uint8Array): string => new TextDecoder('utf-8', {ignoreBOM: true}).decode(bytes)

const unknownDocument: Judgement & {readonly outcome: 'refused'} = {
  outcome: 'refused',
  kind: 'document',
  code: 'input_invalid',
  reason: 'This is no receipt, attestation, token, evidence bundle, revocation, checkpoint or ledger.',
  fix: 'Give the document exactly as the issuer made it, in a file of its own.',
}

/** As the gate says it of a receipt. */
const utf16Problem = 'the file is UTF-16 text; save it as UTF-8 without a byte-order mark'

function refuseUtf16(text: string): Judgement {
  if (kindOf(text) === 'receipt') return refusedAs('receipt', {code: 'receipt_malformed', problem: utf16Problem})
  return {...unknownDocument, reason: `This cannot be read: ${utf16Problem}.`}
}

const unasked = (kind: Kind, problem: string): Judgement => ({outcome: 'unasked', kind, problem})

const refusedBy = (kind: Kind, fault: Faulty): Judgement => ({outcome: 'refused', kind, ...explainFaulty(fault)})

const refusedAs = (kind: Kind, refusal: Refusal): Judgement => ({outcome: 'refused', kind, ...explainRefusal(refusal)})

const notChecked = 'Revocation not checked: this says what was signed, not what was revoked since.'

function judgeReceipt(bytes: Uint8Array, {keys, at, clock}: Question): Judgement {
  if (keys === undefined) return unasked('receipt', 'this is a receipt: give the pinned keys with --key.')
  const verdict = verifyReceipt(bytes, {keys, now: at, expect: {}, maxTtl: maxTtlMs, clock})
  if (!verdict.valid) return refusedAs('receipt', verdict.refusal)
  const {receipt, unchecked, expired} = verdict.verified
  return {
    outcome: 'valid',
    kind: 'receipt',
    facts: receiptFacts(receipt),
    cautions: [
      ...(!(clock < secondsTimeToMs(receipt.expiresAt))
        ? [`Its life is over since ${receipt.expiresAt}: it authorizes nothing now.`]
        : []),
      'Not compared with any deployment: countersign gate does that.',
      notChecked,
    ],
    result: {valid: true, ...{receipt, unchecked, expired}},
  }
}

/** The envelope, and then the receipt in it as if it had come alone. */
function judgeAttestation(bytes: Uint8Array, question: Question): Judgement {
  const {keys} = question
  if (keys === undefined) return unasked('attestation', 'this is an attestation: give the pinned keys with --key.')
  const opened = openIntoto(bytes, keys)
  if (!opened.ok) return refusedAs('attestation', opened.fault)
  const judged = judgeReceipt(canonicalBytes(opened.value.receipt), question)
  const kind = 'attestation'
  if (judged.outcome !== 'valid') return {...judged, kind}
  return {...judged, kind, facts: [...judged.facts, ['attested by', opened.value.signedBy]]}
}

/** The SDK's own default. */
const maxTtlMs = 24 * 3_600_000

function judgeRevocation(bytes: Uint8Array, {keys}: Question): Judgement {
  if (keys === undefined) return unasked('revocation', 'this is a revocation: give the pinned keys with --key.')
  const result = verifyRevocation(bytes, {keys})
  if (!result.valid) return refusedBy('revocation', result)
  return {outcome: 'valid', kind: 'revocation', facts: revocationFacts(result.revocation), cautions: [], result}
}

function judgeToken(text: string, {tokenKeys, at}: Question): Judgement {
  if (tokenKeys === undefined) {
    return unasked('token', "this is an authority token: give the issuer's keys with --jwks or --public-key.")
  }
  const result = verifyToken(text, tokenKeys, {now: at, issuer: undefined, audience: tokenAudience})
  if (!result.valid) return refusedBy('token', result)
  const cautions = result.allowed ? [] : ['The token is valid, and what it says is no permission.']
  return {outcome: 'valid', kind: 'token', facts: tokenFacts(result), cautions, result}
}

function judgeEvidence(bytes: Uint8Array, {hmacKey}: Question): Judgement {
  if (hmacKey === undefined) {
    return unasked('evidence', "this is an evidence bundle: give the bundle's own key with --hmac-key-file.")
  }
  const result = verifyEvidence(bytes, hmacKey)
  if (!result.valid) return refusedBy('evidence', result)
  return {outcome: 'valid', kind: 'evidence', facts: evidenceFacts(bytes, result), cautions: [], result}
}

function judgeCheckpoint(text: string, {ledgerKey}: Question): Judgement {
  if (ledgerKey === undefined) return unasked('checkpoint', 'this is a checkpoint: give its key with --ledger-key.')
  const result = verify.checkpoint(text, ledgerKey)
  if (!result.valid) return refusedBy('checkpoint', result)
  return {outcome: 'valid', kind: 'checkpoint', facts: checkpointFacts(result), cautions: [], result}
}

/** A key without a checkpoint would check nothing, and the user believe that it did. */
async function judgeChain(
  segment: AsyncIterable<unknown> | readonly string[],
  {checkpoint, ledgerKey}: Question,
): Promise<Judgement> {
  if (ledgerKey !== undefined && checkpoint === undefined) {
    return unasked(
      'chain',
      'this is a ledger: give the checkpoint that --ledger-key is to be held against with --checkpoint.',
    )
  }
  const options = checkpoint === undefined || ledgerKey === undefined ? {} : {checkpoint, ledgerKey}
  const result = await (Array.isArray(segment)
    ? verify.chain(segment as readonly string[], options)
    : verify.chain(segment as AsyncIterable<unknown>, options))
  if (!result.valid) return refusedBy('chain', result)
  const cautions = result.caution === undefined ? [] : [result.caution]
  return {outcome: 'valid', kind: 'chain', facts: chainFacts(result), cautions, result}
}
