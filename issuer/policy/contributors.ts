/** Whether somebody had a hand in commits. Names on commits are free text: they can add a refusal, never remove one. */
import type {Account, CommitPerson} from '../model/facts.ts'

/** What ties `account` to one of the people named on the commits; undefined when nothing does. */
export function contributionOf(account: Account, people: readonly CommitPerson[]): string | undefined {
  for (const person of people) {
    const tie = tieBetween(account, person)
    if (tie !== undefined) return tie
  }
  return undefined
}

function tieBetween({id, login}: Account, {name, email, id: mappedId}: CommitPerson): string | undefined {
  if (mappedId === id) return 'by account'
  const [local = ''] = email.split('@', 1)
  // GitHub's private addresses: `login@users.noreply…` and, since 2017, `ID+login@users.noreply…`. The id outlives a
  // rename, so it counts alone. Splitting at `+` also finds `login+anything@…`.
  const parts = local.split('+')
  if (isPrivateAddress(email) && parts.length > 1 && parts[0] === String(id)) return `by the address ${email}`
  if (parts.some((part) => isSame(part, login))) return `by the address ${email}`
  return isSame(name, login) ? `by the name ${name}` : undefined
}

const isPrivateAddress = (email: string): boolean => /@users\.noreply\./i.test(email)
const isSame = (text: string, login: string): boolean => text.trim().toLowerCase() === login.toLowerCase()
