/** Completing a statement's key with words alone, and what is sent to GitHub about a statement. */
import type {Statement} from '../model/facts.ts'
import type {Publication} from '../model/publication.ts'
import type {IdempotencyKey, Outcome} from '../model/idempotency.ts'
import type {ScopeKey} from '../model/state.ts'
import type {Change, ScopeReading} from '../model/store.ts'
import {inRounds} from '../store/turns.ts'
import type {OnceTools} from './tools.ts'

/** A comment is one statement, and each edit of it one more. */
export const statementKey = ({repository, comment, announced}: Statement): IdempotencyKey => ({
  repositoryId: repository.id,
  subject: announced.isEdit ? `comment/${comment.id}/${announced.at}/${comment.digest}` : `comment/${comment.id}`,
})

export type Words = Pick<Publication, 'reaction' | 'reply' | 'checkRuns' | 'panels'>

/** Words without a decision. When somebody else completed the key in the meantime, theirs is the outcome. */
export async function complete(
  {said, words, strangerReply}: {said: Statement; words: Words; strangerReply?: Outcome['strangerReply']},
  {store, idempotency, now, newIds}: OnceTools,
): Promise<Outcome> {
  const key = statementKey(said)
  const outcome: Outcome = {kind: 'answered', publication: publicationOf(said, words), strangerReply}
  if ((await store.commit({completes: {key, outcome}, at: now()})) === 'committed') return outcome
  const {outcome: theirs} = await idempotency.begin(key, newIds())
  if (theirs === undefined) throw new Error('a change without a decision cannot lose a race')
  return theirs
}

/** A change that completes a key. */
export type Completing = Change & {readonly completes: NonNullable<Change['completes']>}

/**
 * Rules on the scope's state until what follows from it is written: the loser of a race throws its change away, reads
 * again and rules again. `rule` may also end it with an outcome that is written already.
 */
export async function completeInRounds(
  {key, scope}: {readonly key: IdempotencyKey; readonly scope: ScopeKey},
  {store, idempotency, newIds}: OnceTools,
  rule: (read: ScopeReading) => Promise<Completing | Outcome>,
): Promise<Outcome> {
  return await inRounds(async () => {
    const ruled = await rule(await store.read(scope))
    if ('kind' in ruled) return ruled
    if ((await store.commit(ruled)) === 'committed') return ruled.completes.outcome
    return (await idempotency.begin(key, newIds())).outcome ?? 'lost'
  })
}

/** Where and as an answer to what the words are sent. */
export function publicationOf({repository, installation, pullRequest, comment}: Statement, words: Words): Publication {
  return {repository, installation, pullRequest, commentId: comment.id, ...words}
}
