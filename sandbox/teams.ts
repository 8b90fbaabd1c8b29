/** Actions on an organization's teams. */

import {sameName, theAccount, type World} from './world.ts'

export interface SetTeam {
  readonly organization: string
  readonly slug: string
  readonly members: readonly {
    readonly login: string
    readonly role?: 'member' | 'maintainer'
    readonly state?: 'active' | 'pending'
  }[]
}

/** Makes the team, or replaces its members. One that was deleted and made again is another, with another id. */
export function setTeam(world: World, ask: SetTeam): void {
  const organization = theAccount(world, ask.organization)
  const members = ask.members.map(
    ({login, role = 'member', state = 'active'}) => [theAccount(world, login).id, {role, state}] as const,
  )
  const index = findTeamIndex(world, ask)
  const id = world.teams[index]?.id ?? world.ids.next('team')
  if (index >= 0) world.teams.splice(index, 1)
  world.teams.push({id, organization, slug: ask.slug, members: new Map(members), createdAt: world.clock.stamp()})
}

export function deleteTeam(world: World, ask: Pick<SetTeam, 'organization' | 'slug'>): void {
  const index = findTeamIndex(world, ask)
  if (index < 0) throw new Error(`There is no team ${ask.organization}/${ask.slug}`)
  world.teams.splice(index, 1)
}

const findTeamIndex = (world: World, {organization, slug}: Pick<SetTeam, 'organization' | 'slug'>): number =>
  world.teams.findIndex((team) => sameName(team.organization.login, organization) && team.slug === slug)
