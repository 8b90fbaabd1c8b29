/** Who an account is: one that a pattern describes, somebody's agent, or one that had a hand in commits. */
import {type Agent, parseAccountId, parseLogin} from '#protocol'
import type {Case} from '../model/ruling.ts'
import type {Account, CommitPerson} from '../model/facts.ts'

/** Whether `login` is one that `pattern` describes; ASCII letters without case, as GitHub compares logins. */
export function matchesLogin(pattern: string, login: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const text = login.toLowerCase()
  const last = rest.pop()
  if (last === undefined) return text === first
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  // The leftmost place of each part leaves the most room for the next: no way back, so linear in the login.
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}

/** GitHub's own word for an account that is no more, or whose login no format of ours takes. */
const ghost = {login: parseLogin('ghost'), id: parseAccountId(10137)}

/** `app`: a GitHub App's bot account. `bot`: any other that is not a person's, or that the policy calls an agent. */
export function agentOf({policy, change: {pullRequest}}: Pick<Case, 'policy' | 'change'>): Agent {
  const {author} = pullRequest
  const login = parseLogin(author.login) ?? ghost.login
  const id = parseAccountId(author.id) ?? ghost.id
  if (login === undefined || id === undefined) throw new TypeError("GitHub's ghost is no account")
  return {login, id, kind: kindOf(author, policy.agents)}
}

function kindOf(
  {login, type}: {readonly login: string; readonly type: string},
  agents: readonly string[],
): Agent['kind'] {
  if (type === 'Bot' && login.endsWith('[bot]')) return 'app'
  if (type !== 'User' || agents.some((pattern) => matchesLogin(pattern, login))) return 'bot'
  return 'user'
}

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
