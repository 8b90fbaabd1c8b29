/** A ruling sealed: evidence bundle, an ALLOW's receipt, authority token, and the record that holds them all. */
import {
  type MicrosTime,
  type Receipt,
  type Reviewer,
  microsTimeToMicros,
  signingBytes,
  tokenSigningInput,
} from '#protocol'
import type {Statement} from '../model/facts.ts'
import {type Evidence, mintEvidence} from '../mint/mint-evidence.ts'
import {acceptSigned, mintReceiptBody} from '../mint/mint-receipt.ts'
import {mintRecord, nextTime} from '../mint/mint-record.ts'
import {acceptSignedToken, mintTokenClaims} from '../mint/mint-token.ts'
import {sealPolicy} from '../policy/built-in.ts'
import {overrule} from '../policy/rules.ts'
import type {Allowed, Case, Ruling} from '../model/ruling.ts'
import type {IdempotencyRecord} from '../model/idempotency.ts'
import type {DecisionRecord, LedgerHead} from '../model/record.ts'
import type {SealTools} from './tools.ts'

export interface Unsealed {
  readonly begun: IdempotencyRecord
  readonly statement: Statement
  readonly case: Case
  readonly ruling: Ruling
  /** What whoever spoke wanted. */
  readonly said: Reviewer['decision']
  /** What the record follows. */
  readonly head: LedgerHead
}

export interface Sealed {
  /** As given, or a denial where no receipt can be made of an ALLOW. */
  readonly ruling: Ruling
  readonly record: DecisionRecord
  /** The moment that all of it carries, in whole milliseconds. */
  readonly at: number
}

export async function sealDecision(unsealed: Unsealed, tools: SealTools): Promise<Sealed> {
  const moment = nextTime(unsealed.head, tools.now())
  // A moment that follows its predecessor by a microsecond is no whole millisecond, and stores keep nothing else.
  const timed = {...unsealed, moment, at: Math.floor(microsTimeToMicros(moment) / 1000)}
  const {ruling} = unsealed
  return ruling.kind === 'allow' ? await sealAllow({...timed, ruling}, tools) : await seal({...timed, ruling}, tools)
}

interface Timed extends Unsealed {
  readonly moment: MicrosTime
  readonly at: number
}

async function sealAllow(timed: Timed & {readonly ruling: Allowed}, tools: SealTools): Promise<Sealed> {
  const evidence = evidenceOf(timed, tools)
  const minted = mintReceiptBody({
    ...timed,
    decision: timed.begun.decision,
    issuer: tools.issuer,
    publicKey: tools.signer.publicKey,
    evidence: evidence.digest,
    since: timed.case.change.range.since,
    now: timed.at,
  })
  // An ALLOW that no receipt can be made for is a DENY, and its evidence says so.
  if (minted.kind === 'unmintable') return await seal({...timed, ruling: overrule(timed.ruling, minted.why)}, tools)
  const receipt = acceptSigned(minted.body, await tools.signer.sign(signingBytes(minted.body)))
  return await finish({...timed, evidence, receipt}, tools)
}

const seal = async (timed: Timed, tools: SealTools): Promise<Sealed> =>
  await finish({...timed, evidence: evidenceOf(timed, tools)}, tools)

function evidenceOf({begun, moment, ...rest}: Timed, {evidenceKeys, software}: SealTools): Evidence {
  const {decision, nonce} = begun
  return mintEvidence({...rest, decision, nonce, at: moment, keys: evidenceKeys, software})
}

/** The token names the evidence and the receipt, so it is signed last. */
async function finish(
  made: Timed & {readonly evidence: Evidence; readonly receipt?: Receipt},
  {tokenSigner, issuer}: SealTools,
): Promise<Sealed> {
  const {ruling, at, moment, head, case: asked, evidence, receipt, said} = made
  const {decision} = made.begun
  const policy = sealPolicy(asked.policy).text
  const order = {decision, case: asked, ruling, said, at: moment, issuer}
  const claims = mintTokenClaims({...order, evidence: evidence.digest, ...(receipt && {receipt: receipt.id})})
  const input = tokenSigningInput(claims, tokenSigner.kid)
  const token = acceptSignedToken(input, await tokenSigner.sign(new TextEncoder().encode(input)), tokenSigner.keys)
  return {ruling, at, record: mintRecord({...order, head, policy, evidence, token, receipt})}
}
