/** Attributes of items, read with their type checked. */
import {type Entry, type Environment, type RepositoryId, parseEnvironment, parseRepositoryId} from '#protocol'
import type {Item} from './table.ts'

export function textOf(item: Item, name: string): string {
  const value = item[name]
  if (typeof value !== 'string') throw new TypeError(`the store holds no text in ${name}`)
  return value
}

export const optionalText = (item: Item, name: string): string | undefined =>
  item[name] === undefined ? undefined : textOf(item, name)

export function integerOf(item: Item, name: string): number {
  const value = item[name]
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) {
    throw new TypeError(`the store holds no whole number in ${name}`)
  }
  return value
}

export const optionalInteger = (item: Item, name: string): number | undefined =>
  item[name] === undefined ? undefined : integerOf(item, name)

export function repositoryIdOf(item: Item): RepositoryId {
  const id = parseRepositoryId(item['repositoryId'])
  if (id === undefined) throw new TypeError('the store holds no repository id where one belongs')
  return id
}

export function environmentOf(text: unknown): Environment {
  const environment = parseEnvironment(text)
  if (environment === undefined) throw new TypeError('the store holds no environment name')
  return environment
}

/** Items are this program's own writing, so the JSON's shape is trusted; hashes are checked where the ledger is verified. */
export const entryOf = (item: Item): Entry => JSON.parse(textOf(item, 'entry')) as Entry
