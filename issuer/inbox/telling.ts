/**
 * Tells GitHub what a crash or an outage left untold: each outcome by a clock of its own, further apart each time, so that
 * none holds up another, and what forbids never behind what allows (threats A63). May run again without harm.
 */
import {publishOutcome} from '../decide/publish-outcome.ts'
import {type RefreshTools, placeOf, refreshOthers, refreshQuietly} from '../decide/panels.ts'
import type {PublishTools} from '../decide/tools.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Unpublished, Urgency} from '../model/idempotency.ts'
import {type Clock, startClock} from './clock.ts'

export type TellTools = PublishTools & RefreshTools

/** Sent side by side, so that one which waits for GitHub's answer is not what the others wait for. */
const atOnce = 8

/** Everything of this urgency that is due now; after `end` no more than what is in hand. */
export async function tellDue(urgency: Urgency, tools: TellTools, end?: AbortSignal): Promise<void> {
  const due = (await tools.outbox.due(urgency, tools.now())).values()
  const work = async (): Promise<void> => {
    for (const one of due) {
      if (end?.aborted === true) return
      await tell(one, urgency, tools)
    }
  }
  await Promise.all(Array.from({length: atOnce}, work))
}

const firstMs: Readonly<Record<Urgency, number>> = {forbids: 10_000, other: 30_000}
/** What forbids is on GitHub within a minute of the end of an outage. */
const longestMs: Readonly<Record<Urgency, number>> = {forbids: 60_000, other: 300_000}

const backOff = (urgency: Urgency, tries: number): number =>
  Math.min(longestMs[urgency], firstMs[urgency] * 2 ** Math.min(tries, 10))

/** A repository that is gone, an App that was taken away: what could not be sent for a day is left. */
const giveUpAfterMs = 24 * 3_600_000

async function tell(one: Unpublished, urgency: Urgency, tools: TellTools): Promise<void> {
  const {log, outbox, now} = tools
  const until = now() + backOff(urgency, one.tries)
  try {
    if ((await outbox.take(one, until)) === 'lost') return
    await publishOutcome(one, tools)
    log.info({decision: one.decision}, 'a publication was repaired')
    await refreshAfter(one, tools)
  } catch (fault) {
    await settleFault({one: {...one, dueAt: until, tries: one.tries + 1}, urgency, fault}, tools)
  }
}

interface Failed {
  readonly one: Unpublished
  readonly urgency: Urgency
  readonly fault: unknown
}

/** Never rejects: nothing that befalls one may befall the next. */
async function settleFault({one, urgency, fault}: Failed, tools: TellTools): Promise<void> {
  const {log, outbox, now} = tools
  const {decision, key, completedAt, outcome} = one
  const {repository, pullRequest} = outcome.publication
  const untold = {err: fault, decision, repository: repository.name, pullRequest, since: new Date(completedAt)}
  const asked = fault instanceof GitHubUnavailable ? now() + (fault.retryAfterMs ?? 0) : 0
  try {
    if (!(now() - completedAt < giveUpAfterMs)) {
      await outbox.markPublished(key, now())
      log.error(untold, 'a publication is given up')
      return
    }
    if (asked > one.dueAt) await outbox.take(one, asked)
    if (urgency === 'forbids' && isLate(one, now())) log.error(untold, lateRevocation)
    else log.warn(untold, 'a publication could not be repaired yet')
  } catch (again) {
    log.error({...untold, err: again}, 'a publication that failed could not be put back')
  }
}

/** Where infra/template.yaml counts them (UntoldAlarm). */
export const lateRevocation = 'a revocation does not show on GitHub yet'

/** Within a minute it is to be seen. */
const lateAfterMs = 60_000
const isLate = ({completedAt}: Unpublished, now: number): boolean => !(now - completedAt < lateAfterMs)

/** What is due later is late too when it was completed so long ago: however often it is tried, it is not told. */
export const hasLate = async ({outbox, now}: Pick<TellTools, 'outbox' | 'now'>): Promise<boolean> =>
  (await outbox.due('forbids', now() + longestMs.forbids)).some((one) => isLate(one, now()))

async function refreshAfter({outcome}: Unpublished, tools: TellTools): Promise<void> {
  const place = placeOf(outcome.publication)
  if (outcome.kind === 'answered' || place === undefined) return
  await refreshQuietly(place, tools)
  await refreshOthers(outcome.publication, tools)
}

const everyMs = 5000

/** Each urgency by a clock of its own. */
export const startTelling = (tools: TellTools): readonly Clock[] =>
  (['forbids', 'other'] as const).map((urgency) =>
    startClock({
      everyMs,
      act: (end) => tellDue(urgency, tools, end),
      onFault: (fault) => tools.log.error({err: fault}, 'what is to be sent cannot be read'),
    }),
  )
