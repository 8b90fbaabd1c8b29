/** Who may ask: auditors, repository links, and the ids of job tokens that were used. */
import type {
  Auditor,
  AuditorRegister,
  AuditorTokens,
  Link,
  LinkRegister,
  LinkTokens,
  TokenIds,
} from '../model/callers.ts'
import {integerOf, repositoryIdOf, textOf} from './item.ts'
import {auditorKey, auditorTokenKey, linkKey, linkTokenKey, tokenIdKey} from './layout.ts'
import type {Item, Table} from './table.ts'

export const auditorsOver = (table: Table): AuditorTokens & AuditorRegister => ({
  auditor: async (token) => {
    const led = await table.get(auditorTokenKey(token))
    const item = led && (await table.get(auditorKey(textOf(led, 'name'))))
    return item?.['token'] === token ? parseAuditor(item) : undefined
  },
  add: async ({name, owners, createdAt, expiresAt}, token) => {
    const added = await table.write([
      {put: {...auditorKey(name), token, owners: JSON.stringify(owners), createdAt, expiresAt}, when: {absent: true}},
      {put: {...auditorTokenKey(token), name}, when: {absent: true}},
    ])
    return added === 'written' ? 'added' : 'known'
  },
  list: async () => (await table.query({hash: 'auditors'})).map(parseAuditor),
  remove: async (name) => {
    const item = await table.get(auditorKey(name))
    if (item === undefined) return 'unknown'
    const removed = await table.write([
      {delete: auditorKey(name), when: {present: true}},
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

export const linksOver = (table: Table): LinkTokens & LinkRegister => ({
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

const parseLink = (item: Item): Link => ({repositoryId: repositoryIdOf(item), rotatedAt: integerOf(item, 'rotatedAt')})

/** An item is needed for as long as its token could be shown again. */
export const tokenIdsOver = (table: Table): TokenIds => ({
  use: async ({id, until, now}) => {
    const when = {anyOf: [{absent: true}, {atMost: {until: now}}]} as const
    const put = {...tokenIdKey(id), until, expires: Math.ceil(until / 1000)}
    return (await table.write([{put, when}])) === 'written' ? 'first' : 'again'
  },
})
