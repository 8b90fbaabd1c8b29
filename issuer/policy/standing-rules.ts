/** Who may authorize at all. A failure here is a refusal and no decision: it leaves no entry in the ledger. */
import {type PermissionLevel, permissionLevels} from '../model/facts.ts'
import {matchesLogin} from './accounts.ts'
import {type Rule, fail, pass} from './rule.ts'
import type {StandingCase} from '../model/ruling.ts'

type StandingRule = Rule<StandingCase>

const isPerson: StandingRule = {
  name: 'person',
  evaluate: ({standing: {author}}) =>
    author.type === 'User'
      ? pass(`${author.login} is a person's account.`)
      : fail(
          `${author.login} is not a person's account (GitHub says: ${author.type}). A person who may approve must comment.`,
        ),
}

const notThroughAnApp: StandingRule = {
  name: 'not-through-an-app',
  evaluate: ({standing}) =>
    isNo(standing.viaApp)
      ? pass('The comment was not written by an app.')
      : fail('An app wrote this comment on behalf of its user. Write it yourself, on GitHub.'),
}

const notAnAgent: StandingRule = {
  name: 'not-an-agent',
  evaluate: ({standing: {author}, policy}) => {
    const pattern = policy.agents.find((agent) => matchesLogin(agent, author.login))
    return pattern === undefined
      ? pass(`${author.login} is not one of the policy's agents.`)
      : fail(
          `${author.login} is an agent to this policy (it matches ${pattern}). A person who may approve must comment.`,
        )
  },
}

const notByMail: StandingRule = {
  name: 'not-by-mail',
  evaluate: ({standing}) =>
    isNo(standing.viaEmail)
      ? pass('The comment was not sent by e-mail.')
      : fail('This comment came by e-mail, which proves less than a signed-in account. Write it on GitHub.'),
}

const asAnnounced: StandingRule = {
  name: 'as-announced',
  evaluate: ({standing}) =>
    isYes(standing.asAnnounced)
      ? pass('The comment is the one that GitHub announced.')
      : fail('The comment is no longer the one that GitHub announced (author, text or pull request). Say it anew.'),
}

const neverEdited: StandingRule = {
  name: 'never-edited',
  evaluate: ({standing}) =>
    isNo(standing.edited)
      ? pass('The comment was never edited.')
      : fail('The comment was edited, and only what was said at once counts. Write a new comment.'),
}

const hasPermission: StandingRule = {
  name: 'permission',
  evaluate: ({standing: {author, permission}, environment}) =>
    reaches(permission, environment.permission)
      ? pass(`${author.login} has the permission ${permission}; ${environment.permission} is needed.`)
      : fail(
          `${author.login} has the permission ${permission} in this repository, and approving needs ${environment.permission} or more. Ask somebody who has it.`,
        ),
}

/** Logins compare as GitHub's do, teams too. A membership that is only offered is none (threats A47). */
const isNamed: StandingRule = {
  name: 'named-approver',
  evaluate: ({standing: {author, teams}, environment}) => {
    if (environment.users.length === 0 && environment.teams.length === 0) return pass('The policy names nobody.')
    const user = environment.users.find((login) => isSame(login, author.login))
    if (user !== undefined) return pass(`The policy names ${user}.`)
    const team = environment.teams.find((name) => teams.some((member) => isSame(member, name)))
    return team === undefined
      ? fail(
          `The policy lets ${[...environment.users, ...environment.teams].join(', ')} approve there, and ${author.login} is not among them. Ask one of those.`,
        )
      : pass(`${author.login} is a member of ${team}, which the policy names.`)
  },
}

const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

/** Facts are compared with the one value that lets pass, so that a missing one refuses. */
const isYes = (fact: unknown): boolean => fact === true
const isNo = (fact: unknown): boolean => fact === false

/** A word that is not on the ladder reaches nothing and is reached by nobody. */
function reaches(has: PermissionLevel, needs: PermissionLevel): boolean {
  const needed = permissionLevels.indexOf(needs)
  return needed !== -1 && permissionLevels.indexOf(has) >= needed
}

export const standingRules: readonly StandingRule[] = [
  isPerson,
  notThroughAnApp,
  notAnAgent,
  notByMail,
  asAnnounced,
  neverEdited,
  hasPermission,
  isNamed,
]
