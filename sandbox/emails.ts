/** Whose an e-mail address in a commit is. */

import type {Account} from './state.ts'
import type {World} from './world.ts'

/** A commit's e-mail is free text; GitHub shows the account that the address belongs to, whoever wrote it there. */
export function accountOfEmail(world: World, email: string): Account | undefined {
  const known = world.accounts.find((account) => account.email.toLowerCase() === email.toLowerCase())
  if (known) return known
  const [, id, login] = /^(?:(\d+)\+)?([^@+]+)@users\.noreply\.github\.com$/i.exec(email) ?? []
  if (id !== undefined) return world.accounts.find((account) => account.id === Number(id))
  return world.accounts.find((account) => account.login.toLowerCase() === login?.toLowerCase())
}
