/** The gate's story, top to bottom: candidates -> verify -> accept -> hear the issuer -> checkout -> redeem -> decide. */
import {type Acceptance, type PinnedKeys, type Refusal, accept, decide, deny, verifyReceipt} from '#protocol'
import {type Candidate, type Examination, furthest, isSettled, refuse} from './gate/candidate.ts'
import type {GateOutcome, GateRequest, GateTools} from './gate/ports.ts'
import {compareEnvironment, readContent} from './gate/preconditions.ts'
import {foresee, redeem, stoppedAt} from './gate/redemption.ts'
import {Search} from './gate/search.ts'
import {tryInTime} from './gate/wait.ts'

export async function runGate(ask: GateRequest, tools: GateTools): Promise<GateOutcome> {
  const content = await readContent(ask, tools)
  if (!content.ok) return refuseUnasked(ask, content.fault)
  return tryInTime(ask, tools, async () => {
    tools.identity.forgetOutage()
    const compared = await compareEnvironment(ask, tools)
    if (!compared.ok) return refuseUnasked(ask, compared.fault)
    const outcome = await findReceipt(new Search(ask, tools, content.value))
    return {...outcome, jobEnvironment: compared.value}
  })
}

const refuseUnasked = (ask: GateRequest, refusal: Refusal): GateOutcome => ({
  decision: deny(refusal),
  ask,
  answers: [],
  warnings: [],
})

/** A good receipt for something else does not end the search: anyone can put one in front of the right one. */
async function findReceipt(search: Search): Promise<GateOutcome> {
  const refused: Examination[] = []
  for await (const candidate of search.candidates()) {
    const examination = await examine(candidate, search)
    if (isSettled(examination.decision)) return search.conclude(examination)
    refused.push(examination)
  }
  return search.conclude(furthest(refused) ?? {decision: deny(search.nothingFound())})
}

/** What comes of a candidate is a value: nothing that was heard of it clings to the next one. */
async function examine({refusal, ...candidate}: Candidate, search: Search): Promise<Examination> {
  if (refusal !== undefined) return refuse(candidate, refusal)
  const {ask, tools} = search

  // Nobody is asked about a receipt that is refused anyway.
  const early = verifyAndAccept(candidate, ask.keys, search)
  if (early.kind === 'deny') return refuse(candidate, early.refusal)
  const {receipt} = early.accepted
  const seen = search.seenRevocation(receipt)
  if (seen !== undefined) return refuse(candidate, seen)

  // By the issuer's own word, and by the keys that it still stands by.
  const {keys, status} = await search.hearIssuer(receipt)
  const heard = {...candidate, status}
  const acceptance = tools.issuer === undefined ? early : verifyAndAccept(candidate, keys, search)
  if (acceptance.kind === 'deny') return refuse(heard, acceptance.refusal)
  const {accepted} = acceptance
  const revocation = await search.askRevocation(receipt, status)
  const answered = {...heard, revocation}
  const revoked = search.seenRevocation(receipt)
  if (revoked !== undefined) return refuse(answered, revoked)

  // The checkout before the redemption: a job that is refused anyway uses nothing up.
  const hopeless =
    foresee(accepted, revocation, search) ??
    (await search.compareCheckout(receipt)) ??
    outlived(candidate, keys, search)
  if (hopeless !== undefined) return refuse(answered, hopeless, stoppedAt(hopeless))
  const redemption = await redeem({accepted, keys}, ask, tools)
  if (!redemption.ok) return refuse(answered, redemption.fault, 'single use')
  const late = outlived(candidate, keys, search)
  if (late !== undefined) return refuse(answered, late)
  const redeemedAt = redemption.value
  const decision = decide(accepted, {revocation, redeemed: redeemedAt !== undefined})
  return {decision, examined: {...answered, redeemedAt}}
}

/** Comparing and redeeming take time, and a receipt may end meanwhile: its life is judged again before each next step. */
function outlived(candidate: Candidate, keys: PinnedKeys, search: Search): Refusal | undefined {
  const again = verifyAndAccept(candidate, keys, search)
  return again.kind === 'deny' ? again.refusal : undefined
}

const verifyAndAccept = ({candidate}: Candidate, keys: PinnedKeys, {ask, tools, expect}: Search): Acceptance =>
  accept(verifyReceipt(candidate, {keys, now: tools.clock.now(), maxTtl: ask.maxTtl, expect}), ask.limits)
