/** Items as DynamoDB writes them. */
import type {AttributeValue} from '@aws-sdk/client-dynamodb'
import type {Item} from './table.ts'

export function writeItem(item: Item): Record<string, AttributeValue> {
  const written: Record<string, AttributeValue> = {}
  for (const [name, value] of Object.entries(item)) {
    if (typeof value === 'string') written[name] = {S: value}
    if (typeof value === 'number') written[name] = {N: String(value)}
  }
  return written
}

export function readItem(attributes: Readonly<Record<string, AttributeValue>>): Item {
  const item: Record<string, string | number> = {}
  for (const [name, {S: text, N: number}] of Object.entries(attributes)) {
    if (text !== undefined) item[name] = text
    if (number !== undefined) item[name] = Number(number)
  }
  return item
}
