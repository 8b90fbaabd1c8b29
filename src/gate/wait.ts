/** Tries until the outcome is settled or the time is over: once where nobody waits. */
import type {Refusal} from '#protocol'
import {isSettled} from './candidate.ts'
import type {GateOutcome, GateRequest, GateTools} from './ports.ts'

const tryEveryMs = 10_000
const pauseAtLeastMs = 1000
const minuteMs = 60_000

type Tools = Pick<GateTools, 'clock' | 'progress'>

export async function tryInTime(
  {wait}: GateRequest,
  {clock: {now, pause}, progress}: Tools,
  attempt: () => Promise<GateOutcome>,
): Promise<GateOutcome> {
  const begin = now()
  const end = begin + wait
  let told = -1
  for (;;) {
    const started = now()
    const outcome = await attempt()
    const {decision} = outcome
    if (decision.kind === 'allow' || isOver(outcome) || !(now() < end)) return outcome
    const minute = Math.floor((now() - begin) / minuteMs)
    if (minute > told) progress(describeWait(decision.refusal, {minute, wait}))
    told = minute
    await pause(Math.min(Math.max(started + tryEveryMs - now(), pauseAtLeastMs), end - now()))
  }
}

/** Neither time nor another receipt helps: the checkout is another, or the job's own environment is. */
const isOver = ({decision, examined}: GateOutcome): boolean =>
  isSettled(decision) ||
  (examined === undefined && decision.kind === 'deny' && decision.refusal.code === 'environment_mismatch')

const describeWait = ({code}: Refusal, {minute, wait}: {readonly minute: number; readonly wait: number}): string =>
  `Waiting for a receipt (${code}): ${minute} of at most ${Math.ceil(wait / minuteMs)} minutes.`
