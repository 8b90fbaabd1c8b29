/** A pull request that was closed without being merged: whatever it let out counts no more (formats §6). */
import type {Environment} from '#protocol'
import {liveReceipts} from '../mint/fold-scope.ts'
import type {ChangeFacts, PullNotice, PullRequestSource} from '../model/facts.ts'
import type {IdempotencyKey} from '../model/idempotency.ts'
import type {Scopes} from '../model/lookups.ts'
import {renderClosed} from '../publish/render-reply.ts'
import {publishOutcome} from './authorize.ts'
import {waitForLag} from './lag.ts'
import {type EndTools, endReceipts} from './end.ts'
import type {PublishTools, ServesOwner} from './tools.ts'

export type ClosedTools = EndTools &
  PublishTools & {
    readonly pullRequests: PullRequestSource
    readonly scopes: Scopes
    readonly servesOwner: ServesOwner
  }

/** `receivedAt`: when the webhook came; milliseconds. */
export async function handleClosed(pull: PullNotice, receivedAt: number, tools: ClosedTools): Promise<void> {
  const found = await tools.pullRequests.fetchPullRequest(pull)
  if (found === 'gone' || found.pullRequest.state === 'open')
    waitForLag('the pull request', {receivedAt, now: tools.now()})
  if (found === 'gone' || found.pullRequest.state !== 'closed' || !tools.servesOwner(found.repository.owner)) return
  for (const environment of await tools.scopes.environments(pull.repository.id)) {
    await closeIn({pull, repository: found.repository, environment}, tools)
  }
}

interface Closing {
  readonly pull: PullNotice
  readonly repository: ChangeFacts['repository']
  readonly environment: Environment
}

async function closeIn({pull, repository, environment}: Closing, tools: ClosedTools): Promise<void> {
  const scope = {repositoryId: pull.repository.id, environment}
  const {state} = await tools.store.read(scope)
  const newest = liveReceipts(state, pull.pullRequest, tools.now()).at(-1)
  if (newest === undefined) return
  // A pull request that is opened, authorized and closed once more has another newest receipt.
  const key: IdempotencyKey = {repositoryId: scope.repositoryId, subject: `closed/${newest.id}`}
  const ended = await endReceipts(
    {
      key,
      scope,
      repository,
      by: pull.actor,
      cause: 'closed',
      choose: (now, at) => liveReceipts(now, pull.pullRequest, at),
    },
    {
      address: {repository: pull.repository, installation: pull.installation, pullRequest: pull.pullRequest},
      reply: (receipts) => renderClosed(environment, receipts),
    },
    tools,
  )
  await publishOutcome(ended, tools)
}
