/** An account that its owner deletes: what it did stays, and GitHub no longer knows whose it was. */

import type {Actor} from './state.ts'
import {theAccount, type World} from './world.ts'

/**
 * The login is free for somebody else from here; the id is nobody's. Where an answer has to name somebody it names
 * `ghost`, and the activity and `merged_by` name nobody. Webhooks that were sent stay as they were.
 */
export function deleteUser(world: World, ask: {readonly login: string}): void {
  const account = theAccount(world, ask.login)
  if (world.repositories.some(({owner}) => owner === account))
    throw new Error(`${ask.login} owns repositories; transfer or delete them first`)
  world.accounts.splice(world.accounts.indexOf(account), 1)
  for (const {grants} of world.repositories) grants.delete(account.id)
  for (const {members} of world.teams) members.delete(account.id)
  const isTheirs = (actor: Actor): boolean => actor.kind === 'user' && actor.account === account
  for (const [token, {actor}] of world.tokens) if (isTheirs(actor)) world.tokens.delete(token)
}
