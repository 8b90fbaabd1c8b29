/** GitHub's expressions, judged as text: what is not plainly one thing or the other is said to be unknown. */

/** How a step behind the gate comes to run. */
export type ConditionVerdict =
  /** Only with the gate's word. */
  | 'authorized'
  /** As long as nothing failed before it. */
  | 'success'
  /** After a refusal too. */
  | 'anyway'
  | 'never'
  /** The gate's word stands in it, and not as something that must hold. */
  | 'unclear'

export const hasExpression = (text: string): boolean => text.includes('${{')

/** `gates`: the ids of the gate's steps. */
export function judgeCondition(condition: string | undefined, gates: readonly string[]): ConditionVerdict {
  if (condition === undefined) return 'success'
  const bare = unwrap(condition.trim()).toLowerCase()
  if (bare === 'false') return 'never'
  const words = gates.flatMap((id) => wordsOf(id.toLowerCase()))
  if (splitAnd(bare).some((part) => words.some((word) => word.test(stripParentheses(part))))) return 'authorized'
  if (gates.some((id) => bare.includes(`steps.${id.toLowerCase()}.`))) return 'unclear'
  // A function of the status takes the success() away that GitHub adds by itself.
  return /\b(?:always|failure|cancelled)\s*\(\s*\)/.test(bare) ? 'anyway' : 'success'
}

const wordsOf = (id: string): readonly RegExp[] => {
  const name = id.replace(/[^a-z0-9_-]/g, '')
  const step = `steps(?:\\.${name}|\\['${name}'\\])`
  return [
    new RegExp(`^${step}\\.outputs\\.authorized\\s*==\\s*'true'$`),
    new RegExp(`^'true'\\s*==\\s*${step}\\.outputs\\.authorized$`),
    // Before continue-on-error is looked at: a refusal is a failure, and a gate that was skipped is none.
    new RegExp(`^${step}\\.outcome\\s*==\\s*'success'$`),
  ]
}

function unwrap(text: string): string {
  const inner = /^\$\{\{([\s\S]*)\}\}$/.exec(text)?.[1]
  return inner === undefined || inner.includes('}}') ? text : inner.trim()
}

/** The parts that must all hold: what stands between `&&` outside of parentheses and quotes; one part if there is `||`. */
function splitAnd(text: string): readonly string[] {
  const parts: string[] = []
  let [depth, start, isQuoted] = [0, 0, false]
  for (let i = 0; i < text.length; i += 1) {
    if (text[i] === "'") isQuoted = !isQuoted
    if (isQuoted) continue
    if (text[i] === '(') depth += 1
    if (text[i] === ')') depth -= 1
    if (depth === 0 && text.startsWith('||', i)) return [text]
    if (depth === 0 && text.startsWith('&&', i)) {
      parts.push(text.slice(start, i))
      start = i + 2
    }
  }
  return [...parts, text.slice(start)].map((part) => part.trim())
}

function stripParentheses(part: string): string {
  const inner = /^\(([^()]*)\)$/.exec(part)?.[1]
  return inner === undefined ? part : stripParentheses(inner.trim())
}

/** The contexts that an expression reads, such as `vars`, in lower case. */
export function contextsOf(text: string): readonly string[] {
  const inner = [...text.matchAll(/\$\{\{([\s\S]{0,2000}?)\}\}/g)].map(([, one = '']) => one.replace(/'[^']*'/g, "''"))
  const names = inner.flatMap((one) =>
    [...one.matchAll(/(?<![\w.\]-])([a-z_]+)(?=\.|\[)/gi)].map(([, name = '']) => name),
  )
  return [...new Set(names.map((name) => name.toLowerCase()))]
}

/** The names of secrets that a text reads, but for the token that each job has. */
export function secretsIn(text: string): readonly string[] {
  const names = [...text.matchAll(/\bsecrets(?:\.([A-Za-z0-9_]+)|\['([A-Za-z0-9_]+)'\])/g)]
  return [...new Set(names.map(([, dotted, quoted]) => (dotted ?? quoted ?? '').toUpperCase()))].filter(
    (name) => name !== 'GITHUB_TOKEN',
  )
}
