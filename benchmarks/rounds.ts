/** Measures things side by side: turn by turn in short rounds, so that a busy moment of the machine falls on all of them. */

/** Does its work once. Throws when the outcome is not the right one: times of refusals are not what is asked for. */
export type Work = () => void | Promise<void>

export interface Measured {
  /** Runs a second, the median of all rounds. */
  readonly rate: number
  /** Its speed as a multiple of another's, the median of the rounds' own ratios. */
  readonly per: (other: Measured) => number
  readonly times: readonly number[]
}

export interface Plan {
  readonly rounds: number
  /** How long each work takes in a round, about. */
  readonly milliseconds: number
}

/** Never more than this many times in a round, however short the work. */
const maxRuns = 100_000

export async function measure<Name extends string>(
  works: Readonly<Record<Name, Work>>,
  {rounds, milliseconds}: Plan,
): Promise<Readonly<Record<Name, Measured>>> {
  const rows: {name: string; work: Work; runs: number; times: number[]}[] = []
  for (const [name, work] of Object.entries<Work>(works)) {
    await time(work, 200) // The runtime compiles what runs often.
    const runs = Math.max(1, Math.min(maxRuns, Math.round(milliseconds / (await time(work, 20)))))
    rows.push({name, work, runs, times: []})
  }
  for (let round = 0; round < rounds; round++) {
    for (const {work, runs, times} of rows) times.push(await time(work, runs))
  }
  return Object.fromEntries(rows.map(({name, times}) => [name, summarize(times)])) as Record<Name, Measured>
}

/** Milliseconds that one run takes. */
async function time(work: Work, runs: number): Promise<number> {
  const start = performance.now()
  for (let run = 0; run < runs; run++) {
    const pending = work()
    if (pending !== undefined) await pending
  }
  return (performance.now() - start) / runs
}

const summarize = (times: readonly number[]): Measured => ({
  times,
  rate: 1000 / median(times),
  per: (other) => median(times.map((own, round) => (other.times[round] ?? NaN) / own)),
})

export const median = (values: readonly number[]): number => quantile(values, 0.5)

/** The value that this part of all of them stays below. */
export const quantile = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * part)] ?? NaN
