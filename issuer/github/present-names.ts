/** A name means the id that GitHub gives it now (formats §8): repositories are deleted, and others take their names. */
import type {RepositoryId, RepositoryName} from '#protocol'
import {GitHubUnavailable} from './unavailable.ts'
import type {RepositorySource} from './repositories.ts'

export interface Named {
  readonly id: RepositoryId
  readonly name: RepositoryName
}

/** Whether a repository that was seen under this name still has it. */
export type BearsName = (repository: Named) => Promise<boolean>

const keepMs = 60_000
const mostKept = 1000

/** Asks GitHub once a minute and name, whoever looks. While GitHub does not answer, what was seen last is believed. */
export function createBearsName({
  repositories,
  now,
}: {
  readonly repositories: RepositorySource
  readonly now: () => number
}): BearsName {
  const kept = new Map<string, {readonly until: number; readonly answer: Promise<boolean>}>()
  return ({id, name}) => {
    const key = `${id} ${name.toLowerCase()}`
    const known = kept.get(key)
    if (known !== undefined && now() < known.until) return known.answer
    if (kept.size >= mostKept) kept.clear()
    const answer = ask({id, name}, repositories)
    kept.set(key, {until: now() + keepMs, answer})
    return answer
  }
}

async function ask(repository: Named, repositories: RepositorySource): Promise<boolean> {
  try {
    await repositories.fetchRepository(repository)
    return true
  } catch (fault) {
    if (!(fault instanceof GitHubUnavailable)) throw fault
    // Not shown, or another one's by now; everything else passes by itself.
    return fault.kind !== 'permission'
  }
}
