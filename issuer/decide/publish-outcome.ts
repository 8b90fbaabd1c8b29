/** What an outcome says is sent to GitHub after it is durable. */
import type {Unpublished} from '../model/idempotency.ts'
import {withCheckpoint} from '../publish/render-check-run.ts'
import type {PublishTools} from './tools.ts'

/** Sends what an outcome says, which may be done again without harm, and marks it as sent. */
export async function publishOutcome(
  {key, decision, outcome}: Pick<Unpublished, 'key' | 'decision' | 'outcome'>,
  {publisher, outbox, now, newestCheckpoint}: PublishTools,
): Promise<void> {
  await publisher.publish(withCheckpoint(outcome.publication, await newestCheckpoint()), decision)
  await outbox.markPublished(key, now())
}
