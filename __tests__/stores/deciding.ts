/** Decides a statement as a worker does: claim, read, commit, and again from the reading when the race was lost. */
import type {Durable} from '../../issuer/model/durable.ts'
import {type DecisionOrder, decides, proposal, scopeOf, statementOf} from './builders.ts'

/** Gives the number of lost races. */
export async function decideStatement(durable: Durable, asked: Omit<DecisionOrder, 'read'>): Promise<number> {
  const {n, scope = scopeOf()} = asked
  await durable.idempotency.begin(statementOf(n, scope), proposal(n))
  for (let lost = 0; ; lost++) {
    const read = await durable.store.read(scope)
    await new Promise(setImmediate) // Lets every other writer of this process read the same head.
    if ((await durable.store.commit(decides({...asked, read}))) === 'committed') return lost
  }
}
