/** A query's parameters, each at most once and in its form -> what is asked, or every problem with them at once. */
import type {Result} from '#protocol'

export interface Parameter<T> {
  readonly parse: (text: string) => T | undefined
  /** What it must be, in words. */
  readonly form: string
  /** What an absent one means, or what is said of it; without this, an absent one is as a wrong one. */
  readonly absent?: Result<T, string>
}

/** As a request has it: all values of one name, in their order. */
export interface Query {
  queries(name: string): readonly string[] | undefined
}

/** What is missing is said once nothing is wrong. */
export function readQuery<Asked extends object>(
  query: Query,
  parameters: {readonly [Name in keyof Asked]: Parameter<Asked[Name]>},
): Result<Asked, string> {
  const asked: Record<string, unknown> = {}
  const [wrong, missing]: [string[], string[]] = [[], []]
  for (const [name, {parse, form, absent}] of Object.entries<Parameter<unknown>>(parameters)) {
    const [text, ...more] = query.queries(name) ?? []
    const value = text === undefined || more.length > 0 ? undefined : parse(text)
    if (value !== undefined) asked[name] = value
    else if (text !== undefined || absent === undefined) wrong.push(`${name} must be given once, as ${form}`)
    else if (absent.ok) asked[name] = absent.value
    else missing.push(absent.fault)
  }
  const problems = wrong.length > 0 ? wrong : missing
  return problems.length > 0 ? {ok: false, fault: problems.join('; ')} : {ok: true, value: asked as Asked}
}

/** `name`: what is said to be missing. */
export const needed = <T>({parse, form}: Parameter<T>, name: string): Parameter<T> => ({
  parse,
  form,
  absent: {ok: false, fault: `${name} is missing`},
})

export const withDefault = <T, D>({parse, form}: Parameter<T>, value: D): Parameter<T | D> => ({
  parse,
  form,
  absent: {ok: true, value},
})

export const wholeNumber = (min: number, max = Number.MAX_SAFE_INTEGER): Parameter<number> => ({
  parse: (text) => {
    const value = parseWholeNumber(text)
    return value !== undefined && value >= min && value <= max ? value : undefined
  },
  form: `a whole number from ${min} to ${max}`,
})

/** Plain decimal, in the one spelling of each number. */
export function parseWholeNumber(text: string): number | undefined {
  const value = /^(?:0|[1-9][0-9]{0,15})$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(value) ? value : undefined
}
