/** Who signed a commit, and what GitHub makes of it. The signatures are no real ones: whose they are is written down here. */

import {createHash} from 'node:crypto'

import {accountOfEmail} from './emails.ts'
import type {CommitInfo, Seal, Sign} from './git/commits.ts'
import type {GitRepository, NewCommit} from './git/repository.ts'
import type {World} from './world.ts'

/** GitHub itself; a person whose key GitHub knows; one whose key it does not know. */
export type Signer = 'github' | 'registered' | 'other'

export interface SignedCommit extends NewCommit {
  readonly signer?: Signer | undefined
}

/** What every signature by the key begins with, as a real one begins with the key's id. */
const marks: Readonly<Record<Signer, string>> = {
  github: 'wsFcBAABCAAQBQJgithubC6tWFzd',
  registered: 'iQEzBAABCAAdFiEEregisteredK7',
  other: 'iQEzBAABCAAdFiEEotherKeyK7',
}

const signAs =
  (signer: Signer): Sign =>
  (payload) => {
    const text = marks[signer] + createHash('sha512').update(payload).digest('base64')
    const lines = text.match(/.{1,64}/g)?.join('\n') ?? ''
    return `-----BEGIN PGP SIGNATURE-----\n\n${lines}\n-----END PGP SIGNATURE-----\n`
  }

/** Writes commits, and remembers which of them GitHub verifies: by SHA, so that nobody's copy of a signature counts. */
export async function writeCommitsAs(
  world: World,
  git: GitRepository,
  commits: readonly SignedCommit[],
): Promise<readonly string[]> {
  const shas = await git.write(
    commits.map(({signer, ...commit}) => ({...commit, sign: signer === undefined ? undefined : signAs(signer)})),
  )
  const at = world.clock.stamp()
  for (const [index, sha] of shas.entries()) {
    const {signer} = commits[index] ?? {}
    if (signer === 'github' || signer === 'registered') world.verified.set(sha, at)
  }
  return shas
}

export interface Verification {
  readonly verified: boolean
  readonly reason: string
  readonly signature: string | null
  readonly payload: string | null
  readonly verified_at: string | null
}

export function verificationOf(world: World, {sha, seal, committer}: CommitInfo): Verification {
  const verifiedAt = world.verified.get(sha)
  const shown = {signature: seal?.signature ?? null, payload: seal?.payload ?? null}
  if (seal === undefined) return {verified: false, reason: 'unsigned', ...shown, verified_at: null}
  if (verifiedAt !== undefined) return {verified: true, reason: 'valid', ...shown, verified_at: verifiedAt}
  // By GitHub's own list of reasons; the order in which it looks for them was never tried on github.com.
  const known = accountOfEmail(world, committer.email) !== undefined
  const reason = isByKnownKey(seal) ? 'invalid' : known ? 'unknown_key' : 'no_user'
  return {verified: false, reason, ...shown, verified_at: null}
}

const isByKnownKey = ({signature}: Seal): boolean =>
  [marks.github, marks.registered].some((mark) => signature.includes(mark))

export type WebCommit = Pick<NewCommit, 'parents' | 'message' | 'author' | 'files'> & {
  readonly tree?: string | undefined
}

/** A commit as GitHub makes it on its web pages: whoever pressed is the author, GitHub commits and signs. */
export async function writeOnWeb(world: World, git: GitRepository, commit: WebCommit): Promise<string> {
  const {tree, ...rest} = commit
  const committer = {name: 'GitHub', email: world.webFlow.email, date: commit.author.date}
  const made: SignedCommit = {...rest, ...(tree !== undefined && {tree}), ref: undefined, committer, signer: 'github'}
  const [sha] = await writeCommitsAs(world, git, [made])
  if (sha === undefined) throw new Error('writeOnWeb: nothing was written')
  return sha
}
