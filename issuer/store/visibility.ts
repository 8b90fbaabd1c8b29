/** Which repositories are private now. One that was not looked at yet is as its records say. */
import {parseRepositoryName} from '#protocol'
import {type SeenRepository, type Visibility, visibilityLag} from '../model/visibility.ts'
import {type Belonging, type Viewer, sees} from '../model/viewer.ts'
import {integerOf, optionalInteger, repositoryIdOf} from './item.ts'
import {visibilityKey, visibilityPartition} from './layout.ts'
import type {Item, Table} from './table.ts'

/** What is read of a repository that was looked at so recently changes nothing; milliseconds. */
const fresh = 10_000

export const visibilityOver = (table: Table): Visibility => ({
  note: async (seen) => {
    const key = visibilityKey(seen.id)
    if (isSame(await table.get(key), seen)) return
    const {id, name, installation, at} = seen
    const set = {repositoryId: id, repository: name, installation, at}
    // GitHub may not show yet what its webhook announced.
    const isNoPast = [
      {absent: true},
      {equals: {hiddenAt: undefined}},
      {atMost: {hiddenAt: at - visibilityLag}},
    ] as const
    await table.write([
      seen.public
        ? {update: key, set: {...set, public: 1}, remove: 'hiddenAt', when: {anyOf: isNoPast}}
        : {update: key, set: {...set, public: 0}, remove: 'hiddenAt'},
    ])
  },
  hide: async ({id, at}) => {
    const key = visibilityKey(id)
    const isPrivate = {repositoryId: id, public: 0, at}
    const hidden = await table.write([{update: key, set: {...isPrivate, hiddenAt: at}, when: {equals: {public: 1}}}])
    if (hidden === 'refused') await table.write([{put: {...key, ...isPrivate}, when: {absent: true}}])
  },
  toLookAt: async (before) => {
    const found = await table.query({hash: visibilityPartition, takes: isToBeLookedAt})
    return found.map(parseSeen).filter(({at}) => at < before)
  },
})

/** One that a webhook hid, too: it may have come late. */
const isToBeLookedAt = (item: Item): boolean => item['public'] === 1 || item['hiddenAt'] !== undefined

const isSame = (item: Item | undefined, seen: SeenRepository): boolean =>
  item !== undefined &&
  item['public'] === (seen.public ? 1 : 0) &&
  item['repository'] === seen.name &&
  item['installation'] === seen.installation &&
  seen.at < integerOf(item, 'at') + fresh

function parseSeen(item: Item): SeenRepository {
  const name = parseRepositoryName(item['repository'])
  if (name === undefined) throw new TypeError('the store holds a repository without a name')
  const seen = {id: repositoryIdOf(item), name, at: integerOf(item, 'at'), public: item['public'] === 1}
  return {...seen, installation: optionalInteger(item, 'installation')}
}

const mostAtOnce = 100

/** Those of the repositories that are private now. Consistent. */
export async function readHidden(
  table: Table,
  repositories: readonly (number | undefined)[],
): Promise<ReadonlySet<number>> {
  const ids = [...new Set(repositories)].filter((id) => id !== undefined)
  const hidden = new Set<number>()
  for (let next = 0; next < ids.length; next += mostAtOnce) {
    const items = await table.getAll(ids.slice(next, next + mostAtOnce).map(visibilityKey))
    for (const item of items) if (item?.['public'] === 0) hidden.add(integerOf(item, 'repositoryId'))
  }
  return hidden
}

/** As `sees`, of what an item says, at this moment. */
export const seesNow = (viewer: Viewer, hidden: ReadonlySet<number>, {public: wasPublic, ...of}: Belonging): boolean =>
  sees(viewer, {...of, public: wasPublic && !(of.repositoryId !== undefined && hidden.has(of.repositoryId))})

/** Whether an item of a repository is public: it was when it was made, and the repository is now. */
export const isPublicNow = (item: Item, hidden: ReadonlySet<number>): boolean =>
  item['public'] === 1 && !hidden.has(Number(item['repositoryId']))
