/** The COUNTERSIGN_… variables of an environment: their names, and what is wrong with them. */
import {Fault, type Parser} from './values.ts'

const prefix = 'COUNTERSIGN_'
const names = [
  'PUBLIC_URL',
  'PORT',
  'HOST',
  'STORE',
  'RECEIPT_KEY',
  'TOKEN_KEY',
  'LEDGER_KEY',
  'EVIDENCE_SECRET',
  'LOG',
  'GITHUB_API_URL',
  'GITHUB_APP_ID',
  'GITHUB_PRIVATE_KEY',
  'GITHUB_WEBHOOK_SECRET',
  'GITHUB_TOKEN',
  'OIDC_ISSUER',
  'OWNERS',
] as const
export type Name = (typeof names)[number]

export type Env = Readonly<Record<string, string | undefined>>

/** Collects problems, so that a start with five faults names five. An empty variable is as if it were not set. */
export class Variables {
  readonly problems: string[] = []
  readonly #env: Env

  constructor(env: Env) {
    this.#env = env
    for (const name of Object.keys(env)) this.#checkName(name)
  }

  has(name: Name): boolean {
    return (this.#env[prefix + name] ?? '') !== ''
  }

  read<T>(name: Name, parse: Parser<T>): T | undefined {
    const text = this.#env[prefix + name] ?? ''
    if (text === '') return undefined
    try {
      return parse(text)
    } catch (fault) {
      if (!(fault instanceof Fault)) throw fault
      this.refuse(name, fault.message)
      return undefined
    }
  }

  refuse(name: Name, problem: string): void {
    this.problems.push(`${prefix}${name}: ${problem}`)
  }

  #checkName(name: string): void {
    if (!name.startsWith(prefix) || names.some((known) => prefix + known === name)) return
    const near = nearestName(name.slice(prefix.length))
    const advice = near === undefined ? 'remove it' : `did you mean ${prefix}${near}?`
    this.problems.push(`${name}: this version reads no such variable; ${advice}`)
  }
}

/** The variable that a misspelt one is likely to mean: at most three changes away. */
function nearestName(misspelt: string): Name | undefined {
  const near = names.map((name) => ({name, distance: editDistance(misspelt.slice(0, 64), name)}))
  const [best] = near.sort((a, b) => a.distance - b.distance)
  return best !== undefined && best.distance <= 3 ? best.name : undefined
}

/** Levenshtein's distance, row by row. */
function editDistance(a: string, b: string): number {
  let row = Array.from({length: b.length + 1}, (_, i) => i)
  for (const [i, letter] of Array.from(a).entries()) {
    const next = [i + 1]
    for (const [j, other] of Array.from(b).entries()) {
      const replaced = (row[j] ?? 0) + (letter === other ? 0 : 1)
      next.push(Math.min(replaced, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1))
    }
    row = next
  }
  return row.at(-1) ?? 0
}
