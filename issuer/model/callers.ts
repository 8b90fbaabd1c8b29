/** What is kept of those who ask: auditors and links by the digest of their token, and which job tokens were used. */
import type {Digest, RepositoryId} from '#protocol'

/** Somebody who may read everything of some owners, evidence too, for a while. */
export interface Auditor {
  readonly name: string
  /** The numeric ids of the accounts whose repositories are shown. */
  readonly owners: readonly number[]
  /** Milliseconds. */
  readonly createdAt: number
  readonly expiresAt: number
}

/** Consistent: a token that was removed is found no more. */
export interface AuditorTokens {
  /** Whose token has this digest, expired or not. */
  auditor(token: Digest): Promise<Auditor | undefined>
}

export interface AuditorRegister {
  /** `known`: there is one of this name, and nothing is written. */
  add(auditor: Auditor, token: Digest): Promise<'added' | 'known'>
  /** By name. */
  list(): Promise<readonly Auditor[]>
  remove(name: string): Promise<'removed' | 'unknown'>
}

/** Consistent: a link that was replaced opens nothing. */
export interface LinkTokens {
  /** The repository that a link of this digest opens. */
  linked(token: Digest): Promise<RepositoryId | undefined>
}

export interface Link {
  readonly repositoryId: RepositoryId
  /** Milliseconds. */
  readonly rotatedAt: number
}

export interface LinkRegister {
  /** One link a repository: the one before is dead when this returns. */
  rotate(link: Link, token: Digest): Promise<void>
  /** By repository. */
  list(): Promise<readonly Link[]>
}

/** A job's token as something that can be used up. */
export interface TokenUse {
  /** The token's `jti`. */
  readonly id: string
  /** When nobody takes the token any more; milliseconds. */
  readonly until: number
  readonly now: number
}

/** Which job tokens were used, for as long as they could be shown again. Durable when it returns; one wins. */
export interface TokenIds {
  use(token: TokenUse): Promise<'first' | 'again'>
}
