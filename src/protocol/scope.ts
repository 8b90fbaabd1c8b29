/** The scope of a receipt and of a token's intent (formats §2): what exactly is deployed where. */
import {parseCommitSha, parseEnvironment, parseRepositoryId, parseRepositoryName, parseTreeSha} from './ids.ts'
import type {Scope} from './receipt.ts'
import {by, optional, readMembers} from './shape.ts'

const sha = '40 or 64 lower-case hex digits'
const scopeMembers = {
  repository: by(parseRepositoryName, 'owner/name'),
  repositoryId: by(parseRepositoryId, 'a non-negative safe integer'),
  sha: by(parseCommitSha, sha),
  tree: by(parseTreeSha, sha),
  environment: by(parseEnvironment, 'an environment name (a-z 0-9 . _ / -, at most 63 characters)'),
  pullRequest: optional(by((value) => parseRepositoryId(value) as number | undefined, 'a non-negative safe integer')),
  since: optional(by(parseCommitSha, sha)),
}

export const readScope = (value: unknown, path: string): Scope => readMembers({value, path}, scopeMembers)

type Range = Pick<Scope, 'sha' | 'since'>

/** What goes out with the commit, in words: the number of commits is in no receipt. */
export function sayRange({sha, since}: Range): string {
  if (since === undefined) return 'no earlier authorization is named'
  return since === sha ? 'nothing new: this commit was authorized before' : `everything since ${since.slice(0, 7)}`
}

/** GitHub's page of what goes out, below that of the repository; undefined where there are no two commits to compare. */
export const comparisonPath = ({sha, since}: Range): string | undefined =>
  since === undefined || since === sha ? undefined : `/compare/${since}...${sha}`
