/** How much the long tests do: every run asserts the same, `npm run test:long` of more. */

const isLong = process.env['COUNTERSIGN_TESTS'] === 'long'

export const sizeOf = (everyRun: number, long: number): number => (isLong ? long : everyRun)

/** How many examples a property is tried with: a quarter of them in every run, but enough to find what is not rare. */
export const examplesOf = (long: number): number => sizeOf(Math.min(long, Math.max(250, Math.ceil(long / 4))), long)
