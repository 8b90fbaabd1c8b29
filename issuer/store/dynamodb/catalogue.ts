/** The catalogue of receipts in DynamoDB: an item a card, written with the record that it leads to. */
import {type Card, type CardQuestion, cardsOf, newestOf, shelvesInSight} from '../catalogue.ts'
import type {LedgerRecord} from '../../model/record.ts'
import {type Key, textOf} from '../dynamodb-item.ts'
import {recordKey} from '../records.ts'
import type {Table} from '../dynamodb-table.ts'

const placeOf = ({word, shelf}: Card): string => `card#${shelf}#${word}`

export function cardItems(record: LedgerRecord): readonly Key[] {
  if (record.kind === 'event' || record.receipt === undefined) return []
  const {entry, scope, ownerId, public: isPublic, receipt} = record
  const cards = cardsOf(receipt, {public: isPublic, repositoryId: scope.repositoryId, ownerId})
  return cards.map((card) => ({pk: placeOf(card), sk: recordKey(entry.seq).sk}))
}

/** The numbers of the entries, newest first. */
export async function readCards(table: Table, {word, before, sight, atMost}: CardQuestion): Promise<readonly number[]> {
  const range = before === undefined ? undefined : {says: '#range < :before', values: {before: recordKey(before).sk}}
  const shelves = await Promise.all(
    shelvesInSight(sight).map((shelf) => table.query({hash: placeOf({word, shelf}), range, newestFirst: true, atMost})),
  )
  return newestOf(
    shelves.map((items) => items.map((item) => Number(textOf(item, 'sk')))),
    atMost,
  )
}
