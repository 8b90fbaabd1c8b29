/** How far each of GitHub's lists was read: an item a list. */
import type {Looks} from '../model/looks.ts'
import {integerOf, optionalInteger} from './item.ts'
import {lookKey} from './layout.ts'
import type {Table} from './table.ts'

export const looksOver = (table: Table): Looks => ({
  last: async (list) => {
    const item = await table.get(lookKey(list))
    return item && {at: integerOf(item, 'at'), newest: optionalInteger(item, 'newest')}
  },
  keep: async (list, {at, newest}) => {
    await table.write([{put: {...lookKey(list), at, newest}}])
  },
})
