/** Who moved which branch, in the order in which the webhooks came. */
import {decodeTime, monotonicFactory} from 'ulid'
import type {AnnouncedPush} from '../model/facts.ts'
import type {PushLog} from '../model/store.ts'
import {integerOf, repositoryIdOf, textOf} from './item.ts'
import type {Item, Table} from './table.ts'

const commitKey = (repositoryId: number, sha: string): string => `pushed#${repositoryId}#${sha}`
const branchKey = (repositoryId: number, ref: string): string => `pushes#${repositoryId}#${ref}`

export function pushLogOver(table: Table): PushLog {
  const nextPlace = monotonicFactory()
  return {
    // The same move by the same account, told twice (a redelivery, a retry), says nothing new.
    keep: async ({repositoryId, ref, before, after, actor}) => {
      const push = {repositoryId, ref, before, after, actorId: actor.id, actorLogin: actor.login, place: nextPlace()}
      const byBranch = {pk: branchKey(repositoryId, ref), sk: `${before}/${after}/${actor.id}`}
      const byCommit = {pk: commitKey(repositoryId, after), sk: `${ref}/${before}/${actor.id}`}
      await table.write([byBranch, byCommit].map((key) => ({put: {...key, ...push}, when: {absent: true}})))
    },
    // All of them: a limit would drop a pusher, and a pusher may not authorize.
    pushes: async (repositoryId, ref) => await readPushes(table, branchKey(repositoryId, ref)),
    pushesTo: async (repositoryId, sha) => await readPushes(table, commitKey(repositoryId, sha)),
  }
}

async function readPushes(table: Table, hash: string): Promise<readonly AnnouncedPush[]> {
  const found = await table.query({hash})
  const placed = found.map((item) => ({place: textOf(item, 'place'), push: parsePush(item)}))
  return placed.sort((a, b) => (a.place < b.place ? -1 : 1)).map(({push}) => push)
}

function parsePush(item: Item): AnnouncedPush {
  return {
    repositoryId: repositoryIdOf(item),
    ref: textOf(item, 'ref'),
    before: textOf(item, 'before'),
    after: textOf(item, 'after'),
    actor: {id: integerOf(item, 'actorId'), login: textOf(item, 'actorLogin')},
    receivedAt: decodeTime(textOf(item, 'place')),
  }
}
