/** A pull request that was closed without being merged: whatever it let out counts no more (formats §6). */
import type {Environment} from '#protocol'
import {closedWith, foldClosed} from '../mint/fold-no.ts'
import type {CloseNotice} from '../model/facts.ts'
import type {Scopes} from '../model/lookups.ts'
import {renderClosed} from '../publish/render-reply.ts'
import {publishOutcome} from './publish-outcome.ts'
import {type EndTools, endReceipts} from './end.ts'
import {refreshOthers, type RefreshTools} from './panels.ts'
import type {PublishTools} from './tools.ts'

export type ClosedTools = EndTools & PublishTools & RefreshTools & {readonly scopes: Scopes}

/** Believed as it was announced, so that nothing of GitHub's holds it up. */
export async function handleClosed(close: CloseNotice, tools: ClosedTools): Promise<void> {
  for (const environment of await tools.scopes.environments(close.repository.id)) {
    await closeIn(close, environment, tools)
  }
}

async function closeIn(close: CloseNotice, environment: Environment, tools: ClosedTools): Promise<void> {
  const {repository, installation, pullRequest, at, actor, owner} = close
  const ended = await endReceipts(
    {
      // One that is opened, authorized and closed once more is closed at another time.
      key: {repositoryId: repository.id, subject: `closed/${pullRequest}/${at}/${environment}`},
      scope: {repositoryId: repository.id, environment},
      repository: {name: repository.name, owner, public: close.public},
      by: actor,
      cause: 'closed',
      choose: (state, now) => closedWith(state, {pullRequest, at}, now),
      fold: (state) => foldClosed(state, {pullRequest, at}),
    },
    {
      address: {repository, installation, pullRequest},
      reply: (receipts) => renderClosed(environment, receipts),
    },
    tools,
  )
  await publishOutcome(ended, tools)
  await refreshOthers(ended.outcome.publication, tools)
}
