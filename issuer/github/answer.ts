/** GitHub's answers, read member by member: what is missing or odd is an unusable answer, never a fact. */
import {type CommitSha, isPlainObject, parseAccountId, parseCommitSha} from '#protocol'
import type {Account, ApiRead} from '../model/facts.ts'
import {unusable} from './unavailable.ts'

/** A value somewhere in an answer, and the path that leads to it. */
export class Field {
  readonly #value: unknown
  readonly #path: string

  constructor(value: unknown, path: string) {
    this.#value = value
    this.#path = path
  }

  at(name: string): Field {
    if (!isPlainObject(this.#value)) this.#refuse('an object')
    return new Field(Object.hasOwn(this.#value, name) ? this.#value[name] : undefined, `${this.#path}.${name}`)
  }

  list(): readonly Field[] {
    if (!Array.isArray(this.#value)) this.#refuse('a list')
    return this.#value.map((item: unknown, i) => new Field(item, `${this.#path}[${i}]`))
  }

  /** The field, or undefined where GitHub says null or leaves the member out. */
  optional(): Field | undefined {
    return this.#value === null || this.#value === undefined ? undefined : this
  }

  parse<T>(parser: (value: unknown) => T | undefined, expected: string): T {
    return parser(this.#value) ?? this.#refuse(expected)
  }

  /** A numeric id, or a count: a non-negative safe integer. */
  number(): number {
    return this.parse<number>(parseAccountId, 'a non-negative integer')
  }

  text(): string {
    return this.parse((value) => (typeof value === 'string' ? value : undefined), 'a string')
  }

  flag(): boolean {
    return this.parse((value) => (typeof value === 'boolean' ? value : undefined), 'true or false')
  }

  sha(): CommitSha {
    return this.parse(parseCommitSha, 'a full commit SHA')
  }

  account(): Account {
    return {id: this.at('id').number(), login: this.at('login').text(), type: this.at('type').text()}
  }

  #refuse(expected: string): never {
    throw unusable(`GitHub's answer is unusable: ${this.#path} must be ${expected}`)
  }
}

/** One answer: its body, its time and where its further pages are. */
export class Answer {
  readonly body: Field
  readonly #path: string | undefined
  readonly #headers: Readonly<Record<string, unknown>>

  constructor(
    what: string,
    {data, headers, url}: {readonly data: unknown; readonly headers: object; readonly url?: string | undefined},
  ) {
    this.body = new Field(data, what)
    this.#path = pathOf(url)
    this.#headers = {...headers}
  }

  /** The answer's path and GitHub's own time of it; undefined where it was no REST request. */
  trace(): ApiRead | undefined {
    const time = this.#time()
    return this.#path === undefined || !Number.isFinite(time)
      ? undefined
      : {path: this.#path, at: new Date(time).toISOString()}
  }

  #time(): number {
    return Date.parse(String(this.#headers['date']))
  }

  tellsTime(): boolean {
    return Number.isFinite(this.#time())
  }

  /** GitHub's own clock: the `Date` header, in milliseconds. */
  date(): number {
    const time = this.#time()
    if (!Number.isFinite(time)) throw unusable("GitHub's answer carries no usable Date")
    return time
  }

  /** A parameter of the page that the Link header calls `next` or `last`. Such addresses are read, never followed. */
  pageParameter(relation: 'next' | 'last', parameter: string): string | undefined {
    const {link} = this.#headers
    for (const part of typeof link === 'string' ? link.split(', ') : []) {
      const [, address = '', found] = /^<([^<>]+)>; rel="([a-z]+)"$/.exec(part) ?? []
      if (found === relation && URL.canParse(address)) return new URL(address).searchParams.get(parameter) ?? undefined
    }
    return undefined
  }
}

function pathOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined
  const {pathname, search} = new URL(url)
  return `${pathname}${search}`
}

/** What GitHub itself named a moment ago is not "gone": an answer that says so contradicts the other. */
export function shown(answer: Answer | 'gone', what: string): Answer {
  if (answer === 'gone') throw unusable(`GitHub names ${what} and does not show it`)
  return answer
}
