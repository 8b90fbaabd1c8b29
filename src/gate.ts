/** The gate's story: the job is the one it says, its content is known, and in time there is a receipt that it accepts. */
import {type Refusal, type TreeSha, deny} from '#protocol'
import type {GateOutcome, GateRequest, GateTools} from './gate/ports.ts'
import {Search} from './gate/search.ts'

export async function runGate(ask: GateRequest, tools: GateTools): Promise<GateOutcome> {
  const other = await compareEnvironment(ask, tools)
  if (other !== undefined) return refuse(ask, other)
  const content = await readContent(ask, tools)
  return content.ok ? searchInTime(ask, tools, content.tree) : refuse(ask, content.refusal)
}

const refuse = (ask: GateRequest, refusal: Refusal): GateOutcome => ({
  decision: deny(refusal),
  ask,
  answers: [],
  warnings: [],
})

/** A job that holds the secrets of `production` must not pass as one of `staging`. */
async function compareEnvironment({environment}: GateRequest, tools: GateTools): Promise<Refusal | undefined> {
  const named = await tools.issuer?.identity.environment(tools.limit())
  if (named === undefined || named === environment) return undefined
  return {
    code: 'environment_mismatch',
    authorized: environment,
    deploying: `${named} (named by the OIDC token of this job)`,
  }
}

type Content = {readonly ok: true; readonly tree: TreeSha | undefined} | {readonly ok: false; readonly refusal: Refusal}

async function readContent({match}: GateRequest, {readTree, limit}: GateTools): Promise<Content> {
  if (match === 'commit') return {ok: true, tree: undefined}
  const answer = await readTree(limit())
  return answer.ok ? answer : {ok: false, refusal: {code: 'source_unreachable', problems: [answer.problem]}}
}

const tryEveryMs = 10_000
const pauseAtLeastMs = 1000
const minuteMs = 60_000

/** Tries until a receipt is accepted or the time is over: once where nobody waits. */
async function searchInTime(ask: GateRequest, tools: GateTools, tree: TreeSha | undefined): Promise<GateOutcome> {
  const {now, pause} = tools.clock
  const begin = now()
  const end = begin + ask.wait
  let told = -1
  for (;;) {
    const started = now()
    const outcome = await new Search(ask, tools, tree).run()
    const {decision} = outcome
    if (decision.kind === 'allow' || decision.refusal.code === 'checkout_mismatch') return outcome
    if (!(now() < end)) return outcome
    const minute = Math.floor((now() - begin) / minuteMs)
    if (minute > told) tools.progress(describeWait(decision.refusal, {minute, wait: ask.wait}))
    told = minute
    await pause(Math.min(Math.max(started + tryEveryMs - now(), pauseAtLeastMs), end - now()))
  }
}

const describeWait = ({code}: Refusal, {minute, wait}: {readonly minute: number; readonly wait: number}): string =>
  `Waiting for a receipt (${code}): ${minute} of at most ${wait / minuteMs} minutes.`
