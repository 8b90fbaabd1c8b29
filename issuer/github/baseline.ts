/** The repository as it is now: itself, its default branch's newest commit, and the policy in that commit. */
import type {Connection} from './client.ts'
import {fetchRepository, splitName} from './repository.ts'
import {fetchBranch} from './commits.ts'
import type {Baseline, PullPlace} from '../model/facts.ts'
import {fetchPolicyFile} from './policy-file.ts'

/** Three requests where there is no `.github`, four where there is, five where it holds a policy. */
export async function fetchBaseline(
  connection: Connection,
  {repository: announced}: PullPlace,
): Promise<Baseline | 'gone'> {
  const repository = await fetchRepository(connection, announced)
  if (repository === 'gone') return 'gone'
  const place = {connection, at: splitName(repository.name)}
  const main = await fetchBranch(place, repository.defaultBranch)
  return {repository, main, policy: await fetchPolicyFile(place, main)}
}
