/** Items, conditions, changes and ranges as DynamoDB writes them: in expressions, names and values stand under placeholders. */
import type {AttributeValue} from '@aws-sdk/client-dynamodb'
import type {Condition, Item, Range} from './table.ts'

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

/** Gathers what one request's expressions name. */
export class Placeholders {
  readonly #names = new Map<string, string>()
  readonly #values: Record<string, string | number> = {}

  name(attribute: string): string {
    this.#names.set(`#${attribute}`, attribute)
    return `#${attribute}`
  }

  value(value: string | number): string {
    const placeholder = `:v${Object.keys(this.#values).length}`
    this.#values[placeholder] = value
    return placeholder
  }

  /** DynamoDB takes no empty ones. */
  print(): {
    ExpressionAttributeNames?: Record<string, string>
    ExpressionAttributeValues?: Record<string, AttributeValue>
  } {
    const values = writeItem(this.#values)
    return {
      ...(this.#names.size > 0 && {ExpressionAttributeNames: Object.fromEntries(this.#names)}),
      ...(Object.keys(values).length > 0 && {ExpressionAttributeValues: values}),
    }
  }
}

export function printCondition(condition: Condition, given: Placeholders): string {
  if ('absent' in condition) return `attribute_not_exists(${given.name('pk')})`
  if ('present' in condition) return `attribute_exists(${given.name('pk')})`
  if ('anyOf' in condition) return condition.anyOf.map((one) => printCondition(one, given)).join(' OR ')
  if ('equals' in condition) return printEquals(condition.equals, given)
  const [compare, numbers] = 'atMost' in condition ? ['<=', condition.atMost] : ['>', condition.above]
  return Object.entries(numbers)
    .map(([name, value]) => `${given.name(name)} ${compare} ${given.value(value)}`)
    .join(' AND ')
}

const printEquals = (equals: Item, given: Placeholders): string =>
  Object.entries(equals)
    .map(([name, value]) =>
      value === undefined ? `attribute_not_exists(${given.name(name)})` : `${given.name(name)} = ${given.value(value)}`,
    )
    .join(' AND ')

export function printChange(set: Item, remove: string | undefined, given: Placeholders): string {
  const sets = Object.entries(set).flatMap(([name, value]) =>
    value === undefined ? [] : [`${given.name(name)} = ${given.value(value)}`],
  )
  const parts = [
    ...(sets.length === 0 ? [] : [`SET ${sets.join(', ')}`]),
    ...(remove === undefined ? [] : [`REMOVE ${given.name(remove)}`]),
  ]
  return parts.join(' ')
}

/** `name` is that of the key which the range is about. */
export function printRange(range: Range, name: string, given: Placeholders): string {
  const key = given.name(name)
  if ('startsWith' in range) return `begins_with(${key}, ${given.value(range.startsWith)})`
  if ('below' in range) return `${key} < ${given.value(range.below)}`
  if ('upTo' in range) return `${key} <= ${given.value(range.upTo)}`
  return `${key} >= ${given.value(range.from)}`
}
