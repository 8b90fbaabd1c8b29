/** The form of our published vectors: what a verifier is given, and what its answer must hold. */

/** Any JSON object. */
export type Json = Readonly<Record<string, unknown>>

export interface Case {
  readonly name: string
  /** The arguments of the call, in order. */
  readonly arguments: readonly unknown[]
  /** That many spaces are put behind the first argument: what is only too large need not be printed. */
  readonly padding?: number
  /** Members that the answer has; a refusal has these two and a sentence. */
  readonly result: Json
}

export interface Vectors {
  readonly about: string
  /** The call of this project's SDK; other programs have their own name for it. */
  readonly call: string
  readonly cases: readonly Case[]
}

export const refused = (code: string): Json => ({valid: false, code})

/** Replaces once. Throws when there is nothing to replace: a case that changes nothing would show nothing. */
export function swap(text: string, from: string, to: string): string {
  if (!text.includes(from)) throw new Error(`${JSON.stringify(from)} is not in the text of a case`)
  return text.replace(from, () => to)
}
