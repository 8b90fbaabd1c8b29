/** A pull request that would bring a policy which cannot be used: said there, before it is merged (formats §8, "Policy"). */
import {digestOf} from '#protocol'
import {publishOutcome} from './approve.ts'
import {completeWith} from './complete.ts'
import type {ProposedPolicy, PullNotice} from './facts/facts.ts'
import {choosePolicy} from './policy/in-force.ts'
import type {PolicySource} from './policy/ruling.ts'
import type {Publication} from './publish/publication.ts'
import {renderPolicyProblems} from './publish/render-policy.ts'
import type {ClaimKey, Outcome} from './store/store.ts'
import type {IssuerTools} from './tools.ts'

export async function handleProposed(pull: PullNotice, tools: IssuerTools): Promise<void> {
  const found = await tools.pullRequests.readProposedPolicy(pull)
  if (found === 'gone' || found === 'untouched') return
  const {source} = choosePolicy(found.policy)
  if (source.kind !== 'unreadable' || (await isTooSoon(found, {pull, tools}))) return
  // The same problems are said once, however often the branch is pushed.
  const problems = digestOf([source.path, ...source.problems].join('\n')).slice('sha256:'.length)
  const key: ClaimKey = {repositoryId: pull.repository.id, subject: `policy/${pull.pullRequest}/${problems}`}
  const claim = await tools.claims.claim(key, tools.newIds())
  const outcome = claim.outcome ?? (await completeWith({claim: key, outcome: tell(pull, {found, source})}, tools))
  await publishOutcome({claim: key, decision: claim.decision, outcome}, tools)
}

const courtesyMs = 3_600_000

/** Anybody can open a pull request from a fork: such get one reply an hour, as strangers' comments do (threats A52). */
async function isTooSoon(
  {fromFork, author}: ProposedPolicy,
  {pull, tools}: {readonly pull: PullNotice; readonly tools: IssuerTools},
): Promise<boolean> {
  if (!fromFork) return false
  const to = {repositoryId: pull.repository.id, accountId: author.id, pullRequest: pull.pullRequest}
  const last = await tools.claims.lastCourtesy(to)
  return last !== undefined && tools.now() < last + courtesyMs
}

interface Told {
  readonly found: ProposedPolicy
  readonly source: Extract<PolicySource, {kind: 'unreadable'}>
}

function tell({repository, installation, pullRequest}: PullNotice, {found: {fromFork, author}, source}: Told): Outcome {
  const publication: Publication = {repository, installation, pullRequest, reply: renderPolicyProblems(source)}
  const courtesy = fromFork ? {accountId: author.id, pullRequest} : undefined
  return {kind: 'answered', publication: JSON.stringify(publication), courtesy}
}
