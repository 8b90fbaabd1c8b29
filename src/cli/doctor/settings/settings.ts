/** A repository's settings, as far as they could be read. */
import type {Answer} from '../github/reader.ts'

/** One thing that protects a branch: a ruleset, or the older branch protection. */
export interface BranchLayer {
  readonly forbidsForcePush: boolean
  /** How many people must approve a pull request. */
  readonly approvals: number
  readonly asksOwners: boolean
  /** Whether somebody may go past it. */
  readonly bypass: Answer<boolean>
}

export interface EnvironmentSettings {
  /** Every branch may deploy to it. */
  readonly isOpen: boolean
  /** Undefined where GitHub does not say. */
  readonly adminsBypass: boolean | undefined
}

/** What the token of a job may do. */
export interface TokenSettings {
  readonly approves: boolean
  readonly writes: boolean
}

export interface DeployKey {
  readonly title: string
  readonly writes: boolean
}

export interface AppOfRun {
  readonly slug: string
  readonly permissions: Readonly<Record<string, unknown>>
  readonly events: readonly string[]
}

export interface Settings {
  /** The default branch. */
  readonly branch: string
  readonly rulesets: Answer<readonly BranchLayer[]>
  readonly protection: Answer<BranchLayer>
  readonly environments: readonly (readonly [name: string, settings: Answer<EnvironmentSettings>])[]
  /** Of the repository: their names. */
  readonly secrets: Answer<readonly string[]>
  readonly token: Answer<TokenSettings>
  readonly keys: Answer<readonly DeployKey[]>
  /** That write check runs of the gate's name. */
  readonly apps: Answer<readonly AppOfRun[]>
}
