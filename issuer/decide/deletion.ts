/**
 * A comment was deleted. Its author takes back what was said in it, and what rests on it; somebody else takes nothing back:
 * a receipt stays, and a word that waits counts no more, which the panel says.
 */
import type {Environment} from '#protocol'
import {foldDeleted, restingOn} from '../mint/fold-no.ts'
import type {DeletionNotice} from '../model/facts.ts'
import type {Scopes} from '../model/lookups.ts'
import type {ScopeState} from '../model/state.ts'
import {renderTakenBack} from '../publish/render-reply.ts'
import {publishOutcome} from './publish-outcome.ts'
import {type EndTools, endReceipts} from './end.ts'
import {type RefreshTools, refreshOthers, refreshQuietly} from './panels.ts'
import type {PublishTools} from './tools.ts'

export type DeletionTools = EndTools & PublishTools & RefreshTools & {readonly scopes: Scopes}

export async function handleDeletion(deletion: DeletionNotice, tools: DeletionTools): Promise<void> {
  for (const environment of await tools.scopes.environments(deletion.repository.id)) {
    await deleteIn(deletion, environment, tools)
  }
}

async function deleteIn(deletion: DeletionNotice, environment: Environment, tools: DeletionTools): Promise<void> {
  const {repository, installation, pullRequest, actor, comment, owner} = deletion
  const scope = {repositoryId: repository.id, environment}
  const {state: before} = await tools.store.read(scope)
  const isOwn = actor.id === comment.authorId
  if (!isOwn && !waits(before, comment.id)) return
  const ended = await endReceipts(
    {
      key: {repositoryId: repository.id, subject: `deleted/${comment.id}/${environment}`},
      scope,
      repository: {name: repository.name, owner, public: deletion.public},
      by: actor,
      cause: 'person',
      statement: {id: comment.id, digest: comment.digest},
      choose: (state, now) => (isOwn ? restingOn(state, comment.id, now) : []),
      fold: (state) =>
        isOwn ? foldDeleted(state, {commentId: comment.id, at: comment.createdAt}) : noteDeleted(state, deletion),
    },
    {
      address: {repository, installation, pullRequest},
      reply: (receipts) => renderTakenBack({environment, by: actor.login, ended: receipts}),
    },
    tools,
  )
  await publishOutcome(ended, tools)
  await refreshOthers(ended.outcome.publication, tools)
  await refreshQuietly(deletion, tools)
}

const waits = ({waiting}: ScopeState, commentId: number): boolean =>
  waiting.some(({statement}) => statement.comment.id === commentId)

const noteDeleted = (state: ScopeState, {comment, actor}: DeletionNotice): ScopeState => ({
  ...state,
  waiting: state.waiting.map((one) =>
    one.statement.comment.id === comment.id ? {...one, deletedBy: actor.login} : one,
  ),
})
