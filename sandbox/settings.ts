/** A repository's settings: who may change its branches, its environments, what secrets and keys there are. */

import type {Repository} from './state.ts'
import {theRepository, type World} from './world.ts'

export interface Ruleset {
  readonly id: number
  /** As GitHub names them; each with its parameters, if it has any. */
  readonly rules: readonly {readonly type: string; readonly parameters?: Readonly<Record<string, unknown>>}[]
  /** Somebody may go past it. */
  readonly bypass: boolean
}

export interface BranchProtection {
  readonly approvals: number
  readonly codeOwners: boolean
  readonly forcePushes: boolean
  readonly admins: boolean
}

export interface EnvironmentSetting {
  readonly name: string
  readonly allBranches: boolean
  readonly adminsBypass: boolean
}

export interface RepositorySettings {
  /** All of them for the default branch. */
  readonly rulesets: readonly Ruleset[]
  /** The older form, of the default branch. */
  readonly protection: BranchProtection | null
  readonly environments: readonly EnvironmentSetting[]
  readonly secrets: readonly string[]
  readonly keys: readonly {readonly title: string; readonly readOnly: boolean}[]
  readonly workflowToken: {readonly writes: boolean; readonly approves: boolean}
  readonly archived: boolean
}

/** As GitHub makes a repository today. */
export const newSettings = (): RepositorySettings => ({
  rulesets: [],
  protection: null,
  environments: [],
  secrets: [],
  keys: [],
  workflowToken: {writes: false, approves: false},
  archived: false,
})

export interface ChangeSettings extends Partial<RepositorySettings> {
  readonly repository: string
}

export function changeSettings(world: World, {repository, ...changes}: ChangeSettings): void {
  const found: Repository = theRepository(world, repository)
  found.settings = {...found.settings, ...changes}
}
