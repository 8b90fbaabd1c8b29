/** Reads a GraphQL query of two levels: fields with arguments, and under them plain fields and inline fragments. */

import type {Fields} from './answers.ts'

export interface Field {
  readonly alias: string
  readonly name: string
  /** The type of the inline fragment around it. */
  readonly onType: string | undefined
}

export interface Selection {
  readonly alias: string
  readonly name: string
  readonly args: Fields
  readonly fields: readonly Field[]
}

export type ParsedQuery = {readonly selections: readonly Selection[]} | {readonly problem: string}

const token = /"(?:[^"\\]|\\.)*"|\.\.\.|[A-Za-z_]\w*|[{}()[\]:$!=]|-?\d+(?:\.\d+)?/g

class QueryProblem extends Error {}

export function parseQuery(text: string, variables: Fields): ParsedQuery {
  const tokens = text.replaceAll(/#[^\n]*/g, '').match(token) ?? []
  try {
    return {selections: new Reader(tokens, variables).readQuery()}
  } catch (failure) {
    if (failure instanceof QueryProblem) return {problem: failure.message}
    throw failure
  }
}

class Reader {
  #at = 0
  readonly #tokens: readonly string[]
  readonly #variables: Fields

  constructor(tokens: readonly string[], variables: Fields) {
    this.#tokens = tokens
    this.#variables = variables
  }

  readQuery(): readonly Selection[] {
    if (this.#peek() === 'mutation') throw new QueryProblem('The sandbox knows no mutations')
    // `query Name($id: ID!)` declares what the variables already say.
    while (this.#peek() !== '{') this.#next()
    return this.#block(() => this.#selection())
  }

  #selection(): Selection {
    const {alias, name} = this.#name()
    const args = this.#peek() === '(' ? this.#arguments() : {}
    const fields = this.#peek() === '{' ? this.#block(() => this.#fields(undefined)).flat() : []
    return {alias, name, args, fields}
  }

  #fields(onType: string | undefined): readonly Field[] {
    if (this.#peek() !== '...') return [{...this.#name(), onType}]
    this.#next()
    this.#expect('on')
    const type = this.#next()
    return this.#block(() => this.#fields(type)).flat()
  }

  #name(): {readonly alias: string; readonly name: string} {
    const alias = this.#next()
    if (!/^[A-Za-z_]/.test(alias)) throw new QueryProblem(`Parse error on "${alias}"`)
    if (this.#peek() !== ':') return {alias, name: alias}
    this.#next()
    return {alias, name: this.#next()}
  }

  #arguments(): Fields {
    const args: Record<string, unknown> = {}
    this.#expect('(')
    while (this.#peek() !== ')') {
      const name = this.#next()
      this.#expect(':')
      args[name] = this.#value()
    }
    this.#next()
    return args
  }

  #value(): unknown {
    const first = this.#next()
    return first === '$' ? this.#variables[this.#next()] : (JSON.parse(first) as unknown)
  }

  #block<Item>(read: () => Item): readonly Item[] {
    const items: Item[] = []
    this.#expect('{')
    while (this.#peek() !== '}') items.push(read())
    this.#next()
    return items
  }

  #peek(): string {
    const found = this.#tokens[this.#at]
    if (found === undefined) throw new QueryProblem('Unexpected end of document')
    return found
  }

  #next(): string {
    const found = this.#peek()
    this.#at += 1
    return found
  }

  #expect(wanted: string): void {
    const found = this.#next()
    if (found !== wanted) throw new QueryProblem(`Parse error on "${found}", expecting "${wanted}"`)
  }
}
