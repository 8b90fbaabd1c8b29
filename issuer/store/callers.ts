/** Who may ask, in DynamoDB: auditors, repository links, and the ids of job tokens that were used. */
import {parseRepositoryId} from '#protocol'
import type {
  Auditor,
  AuditorRegister,
  AuditorTokens,
  Link,
  LinkRegister,
  LinkTokens,
  TokenIds,
} from '../model/callers.ts'
import {type Item, type Key, integerOf, textOf} from './dynamodb-item.ts'
import type {Table} from './dynamodb-table.ts'
import {isNew, isThere} from './dynamodb-transaction.ts'

const auditorKey = (name: string): Key => ({pk: 'auditors', sk: name})
const auditorTokenKey = (token: string): Key => ({pk: `auditor#${token}`, sk: '-'})

export const dynamoAuditors = (table: Table): AuditorTokens & AuditorRegister => ({
  auditor: async (token) => {
    const led = await table.get(auditorTokenKey(token))
    const item = led && (await table.get(auditorKey(textOf(led, 'name'))))
    return item?.['token'] === token ? parseAuditor(item) : undefined
  },
  add: async ({name, owners, createdAt, expiresAt}, token) => {
    const added = await table.write([
      {put: {...auditorKey(name), token, owners: JSON.stringify(owners), createdAt, expiresAt}, when: isNew},
      {put: {...auditorTokenKey(token), name}, when: isNew},
    ])
    return added === 'written' ? 'added' : 'known'
  },
  list: async () => (await table.query({hash: 'auditors'})).map(parseAuditor),
  remove: async (name) => {
    const item = await table.get(auditorKey(name))
    if (item === undefined) return 'unknown'
    const removed = await table.write([
      {delete: auditorKey(name), when: isThere},
      {delete: auditorTokenKey(textOf(item, 'token'))},
    ])
    return removed === 'written' ? 'removed' : 'unknown'
  },
})

const parseAuditor = (item: Item): Auditor => ({
  name: textOf(item, 'sk'),
  owners: JSON.parse(textOf(item, 'owners')) as number[], // Our own writing.
  createdAt: integerOf(item, 'createdAt'),
  expiresAt: integerOf(item, 'expiresAt'),
})

const linkKey = (repositoryId: number): Key => ({pk: 'links', sk: String(repositoryId).padStart(16, '0')})
const linkTokenKey = (token: string): Key => ({pk: `link#${token}`, sk: '-'})

export const dynamoLinks = (table: Table): LinkTokens & LinkRegister => ({
  linked: async (token) => {
    const led = await table.get(linkTokenKey(token))
    // What the register says counts: a link that was replaced opens nothing.
    const item = led && (await table.get(linkKey(integerOf(led, 'repositoryId'))))
    return item?.['token'] === token ? parseLink(item).repositoryId : undefined
  },
  rotate: async ({repositoryId, rotatedAt}, token) => {
    await table.write([
      {put: {...linkKey(repositoryId), repositoryId, token, rotatedAt}},
      {put: {...linkTokenKey(token), repositoryId}},
    ])
  },
  list: async () => (await table.query({hash: 'links'})).map(parseLink),
})

function parseLink(item: Item): Link {
  const repositoryId = parseRepositoryId(item['repositoryId'])
  if (repositoryId === undefined) throw new TypeError('the table holds no repository id in a link')
  return {repositoryId, rotatedAt: integerOf(item, 'rotatedAt')}
}

/** An item is needed for as long as its token could be shown again. */
export const dynamoTokenIds = (table: Table): TokenIds => ({
  use: async ({id, until, now}) => {
    const when = {says: 'attribute_not_exists(#pk) OR #until <= :now', values: {now}}
    const item = {pk: `jti#${id}`, sk: '-', until, expires: Math.ceil(until / 1000)}
    return (await table.write([{put: item, when}])) === 'written' ? 'first' : 'again'
  },
})
