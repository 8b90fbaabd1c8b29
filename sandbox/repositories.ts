/** Actions on repositories: making them, who may do what, and the ways in which a name changes hands. */

import {join} from 'node:path'

import {GitRepository} from './git/repository.ts'
import type {Files} from './git/trees.ts'
import {nodeId} from './identifiers.ts'
import {writeCommits} from './pushes.ts'
import {newSettings} from './settings.ts'
import type {Repository, Role} from './state.ts'
import {findRepository, fullName, sameName, theAccount, theRepository, type World} from './world.ts'

export interface AddRepository {
  /** `owner/name`; the owner exists already. */
  readonly name: string
  readonly id?: number
  readonly private?: boolean
  readonly defaultBranch?: string
  /** Full name of the repository that this one is a fork of. */
  readonly forkOf?: string
  /** Pushed by the owner as the first commit of the default branch, without a webhook. */
  readonly files?: Files
}

export interface AddedRepository {
  readonly id: number
  readonly nodeId: string
  readonly fullName: string
  /** The default branch's commit, absent for an empty repository. */
  readonly sha: string | undefined
}

export async function addRepository(world: World, ask: AddRepository): Promise<AddedRepository> {
  const repository = await makeRepository(world, ask)
  world.repositories.push(repository)
  // A name that is taken again no longer leads anywhere else.
  world.formerNames.delete(ask.name.toLowerCase())
  const sha = await firstCommit(world, repository, ask)
  return {id: repository.id, nodeId: repository.nodeId, fullName: fullName(repository), sha}
}

async function makeRepository(world: World, ask: AddRepository): Promise<Repository> {
  const [ownerName = '', name = ''] = ask.name.split('/')
  const owner = theAccount(world, ownerName)
  if (findRepository(world, ask.name)) throw new Error(`The repository ${ask.name} is there already`)
  const forkOf = ask.forkOf === undefined ? undefined : theRepository(world, ask.forkOf)
  const id = ask.id ?? world.ids.next('repository')
  const createdAt = world.clock.stamp()
  return {
    id,
    nodeId: nodeId('R', id),
    owner,
    name,
    private: ask.private ?? false,
    defaultBranch: ask.defaultBranch ?? forkOf?.defaultBranch ?? 'main',
    forkOf,
    git: await GitRepository.create(join(world.folder, `${id}.git`), forkOf?.git),
    grants: new Map(),
    activity: [],
    pulls: [],
    issues: [],
    createdAt,
    pushedAt: createdAt,
    settings: newSettings(),
    nextNumber: 1,
  }
}

async function firstCommit(world: World, repository: Repository, ask: AddRepository): Promise<string | undefined> {
  if (repository.forkOf) {
    const tip = repository.forkOf.git.branch(repository.defaultBranch)
    if (tip !== undefined) await repository.git.pointRef(`refs/heads/${repository.defaultBranch}`, tip)
    return tip
  }
  if (ask.files === undefined) return undefined
  const pusher = repository.owner.type === 'User' ? repository.owner : world.webFlow
  const commits = [{files: ask.files, message: 'Initial commit'}]
  return writeCommits(world, {repository, branch: repository.defaultBranch, pusher, commits, parents: []})
}

export interface SetPermission {
  readonly repository: string
  readonly login: string
  /** Null takes the standing away. */
  readonly role: Role | null
  /** The name of an organization's own role that is built on `role`. */
  readonly roleName?: string
}

export function setPermission(world: World, ask: SetPermission): void {
  const {grants} = theRepository(world, ask.repository)
  const {id} = theAccount(world, ask.login)
  if (ask.role === null) grants.delete(id)
  else grants.set(id, {role: ask.role, roleName: ask.roleName ?? ask.role})
}

export function renameRepository(world: World, ask: {readonly repository: string; readonly to: string}): void {
  const repository = theRepository(world, ask.repository)
  moveTo(world, repository, `${repository.owner.login}/${ask.to}`)
  repository.name = ask.to
}

export function transferRepository(world: World, ask: {readonly repository: string; readonly to: string}): void {
  const repository = theRepository(world, ask.repository)
  const owner = theAccount(world, ask.to)
  moveTo(world, repository, `${owner.login}/${repository.name}`)
  repository.owner = owner
}

function moveTo(world: World, repository: Repository, name: string): void {
  const current = fullName(repository)
  if (!sameName(current, name) && findRepository(world, name))
    throw new Error(`The repository ${name} is there already`)
  world.formerNames.set(current.toLowerCase(), repository.id)
  world.formerNames.delete(name.toLowerCase())
}

export function setVisibility(world: World, ask: {readonly repository: string; readonly private: boolean}): void {
  theRepository(world, ask.repository).private = ask.private
}

/** Afterwards `addRepository` may take the name again, under another id. */
export function deleteRepository(world: World, ask: {readonly repository: string}): void {
  const repository = theRepository(world, ask.repository)
  world.repositories.splice(world.repositories.indexOf(repository), 1)
  for (const [name, id] of world.formerNames) if (id === repository.id) world.formerNames.delete(name)
}
