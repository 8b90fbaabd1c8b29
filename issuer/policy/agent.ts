/** On whose behalf a deployment is asked for: the author of the pull request (formats §3, claim `agent`). */
import {type Agent, parseAccountId, parseLogin} from '#protocol'
import {matchesLogin} from './login-pattern.ts'
import type {Case} from '../model/ruling.ts'

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
