/** What an issuer's database holds, read beside the running issuer or after it ended, and whether it is whole. */
import {join} from 'node:path'
import {
  type Entry,
  appendLeaf,
  checkSuccession,
  emptyFrontier,
  frontierRoot,
  parseEnvironment,
  parseRepositoryId,
} from '#protocol'
import {theRepository} from '../../sandbox/world.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import type {Issuer} from './home.ts'
import {type Stage, repository} from './stage.ts'

export const databasePath = ({folder}: Pick<Issuer, 'folder'>): string => join(folder, 'data', 'countersign.db')

export async function withStore<T>(issuer: Issuer, use: (durable: Durable) => Promise<T>): Promise<T> {
  const durable = issuer.elsewhere?.openStore() ?? openSqlite(databasePath(issuer))
  try {
    return await use(durable)
  } finally {
    durable.close()
  }
}

/** All entries, after the chain and the stored frontier were checked from the start. */
export async function checkedEntries(stage: Stage): Promise<readonly Entry[]> {
  const scope = {
    repositoryId: must(parseRepositoryId(theRepository(stage.world, repository).id)),
    environment: must(parseEnvironment('production')),
  }
  return await withStore(stage.issuer, async ({entries, store}) => {
    const all = await entries.entries(0, 1_000_000)
    for (const [i, entry] of all.entries()) {
      const fault = checkSuccession(all[i - 1], entry)
      if (fault !== undefined) throw new Error(fault)
    }
    const computed = all.reduce((frontier, {hash}) => appendLeaf(frontier, hash), emptyFrontier)
    const {head} = await store.read(scope)
    if (frontierRoot(computed) !== frontierRoot(head.frontier)) throw new Error('the stored frontier is another tree')
    return all
  })
}

function must<T>(value: T | undefined): T {
  if (value === undefined) throw new TypeError('a value of this test is not well formed')
  return value
}
