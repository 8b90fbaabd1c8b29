/** Who may do what: the ladder of roles for people, the list of permissions for Apps. Pure. */

import type {Account, Actor, Grant, PermissionName, Repository, Role} from './state.ts'
import type {World} from './world.ts'

const ladder = ['read', 'triage', 'write', 'maintain', 'admin'] as const satisfies readonly Role[]

export const reaches = (grant: Grant | undefined, role: Role): boolean =>
  grant !== undefined && ladder.indexOf(grant.role) >= ladder.indexOf(role)

/** A person's standing in a repository; everyone reads a public one. */
export function grantOf(world: World, repository: Repository, account: Account): Grant | undefined {
  if (repository.owner.id === account.id) return {role: 'admin', roleName: 'admin'}
  const explicit = repository.grants.get(account.id)
  if (explicit) return explicit
  if (isMember(world, repository.owner, account)) return {role: 'read', roleName: 'read'}
  return repository.private ? undefined : {role: 'read', roleName: 'read'}
}

export const isMember = (world: World, organization: Account, account: Account): boolean =>
  world.teams.some(
    (team) => team.organization.id === organization.id && team.members.get(account.id)?.state === 'active',
  )

/** The five booleans of `permissions`, from which a custom role's real reach is read. */
export const reachOf = (grant: Grant | undefined) => ({
  admin: reaches(grant, 'admin'),
  maintain: reaches(grant, 'maintain'),
  push: reaches(grant, 'write'),
  triage: reaches(grant, 'triage'),
  pull: reaches(grant, 'read'),
})

/** The older word of `permission`, which knows four. */
export function legacyPermission(grant: Grant | undefined): 'admin' | 'write' | 'read' | 'none' {
  if (reaches(grant, 'admin')) return 'admin'
  if (reaches(grant, 'write')) return 'write'
  return grant === undefined ? 'none' : 'read'
}

/** Whether the repository exists, for this actor: a private one that it may not see answers 404. */
export function sees(world: World, actor: Actor, repository: Repository): boolean {
  if (!repository.private) return true
  switch (actor.kind) {
    case 'anonymous':
    case 'app':
      return false
    case 'user':
      return grantOf(world, repository, actor.account) !== undefined
    case 'installation':
      return actor.covers(repository)
    default:
      return actor satisfies never
  }
}

export interface Need {
  readonly level: 'read' | 'write'
  /** For an App: one of these. */
  readonly permissions: readonly PermissionName[]
  /** For a person. */
  readonly role: Role
}

export type Access = 'granted' | 'unauthenticated' | 'integration' | 'person'

/** What is public is read by everyone; all else needs the permission or the role. */
export function accessOf(world: World, actor: Actor, ask: {repository: Repository; need: Need}): Access {
  const {repository, need} = ask
  const open = !repository.private && need.level === 'read' && need.role === 'read'
  switch (actor.kind) {
    case 'anonymous':
      return open ? 'granted' : 'unauthenticated'
    case 'app':
      return 'unauthenticated'
    case 'user':
      return reaches(grantOf(world, repository, actor.account), need.role) ? 'granted' : 'person'
    case 'installation':
      if (open) return 'granted'
      return actor.covers(repository) && need.permissions.some((name) => holds(actor.permissions[name], need.level))
        ? 'granted'
        : 'integration'
    default:
      return actor satisfies never
  }
}

const holds = (given: 'read' | 'write' | undefined, level: 'read' | 'write'): boolean =>
  given === 'write' || (given === 'read' && level === 'read')

export type Association = 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE'

export function associationOf(world: World, repository: Repository, account: Account): Association {
  if (repository.owner.id === account.id) return 'OWNER'
  if (isMember(world, repository.owner, account)) return 'MEMBER'
  if (repository.grants.has(account.id)) return 'COLLABORATOR'
  return repository.pulls.some((pull) => pull.merged && pull.author.id === account.id) ? 'CONTRIBUTOR' : 'NONE'
}
