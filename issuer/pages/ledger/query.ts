/** What was typed into the ledger's search -> what is looked for. */
import {
  type ReceiptId,
  type RepositoryName,
  type SecondsTime,
  parseMoment,
  parseReceiptId,
  parseRepositoryName,
} from '#protocol'
import {wholeNumber} from '../../command/read-query.ts'

export type Search =
  | {readonly by: 'newest'}
  | {readonly by: 'receipt'; readonly id: ReceiptId}
  | {readonly by: 'repository'; readonly name: RepositoryName}
  | {readonly by: 'time'; readonly time: SecondsTime}
  | {readonly by: 'approver'; readonly login: string}
  | {readonly by: 'unclear'}

/** A login as GitHub gives them, with or without the @ that people write before it; never half an id of ours. */
const loginPattern = /^@?(?!rcpt_|dec_)([A-Za-z0-9][A-Za-z0-9_-]{0,38})$/

export function parseSearch(text: string): Search {
  if (text === '') return {by: 'newest'}
  const id = parseReceiptId(text)
  if (id !== undefined) return {by: 'receipt', id}
  const name = parseRepositoryName(text)
  if (name !== undefined) return {by: 'repository', name}
  const time = parseMoment(text)
  if (time !== undefined) return {by: 'time', time}
  const login = loginPattern.exec(text)?.[1]
  return login === undefined ? {by: 'unclear'} : {by: 'approver', login}
}

/** The number of an entry that a page ends before. What is none is as if it was not given. */
export const parseBefore = (text = ''): number | undefined => wholeNumber(0, 999_999_999_999_999).parse(text)
