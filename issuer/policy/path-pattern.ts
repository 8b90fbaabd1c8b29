/** Globs of a policy over the paths of a change: `*`, `**` and `?` alone are special, and a leading dot is a character. */
import picomatch from 'picomatch'

/**
 * In one name of a glob. A regular expression backtracks: each further `*` multiplies what a hostile path costs by the
 * path's length, which is why a glob is walked name by name, and why both are limited (threats A33).
 */
export const maxWildcards = 2
const longestPath = 512

export const countWildcards = (glob: string): number =>
  Math.max(...glob.split('/').map((name) => name.match(/\*+/g)?.length ?? 0))

/**
 * Whether one of `globs` describes the path. A path that is too long to be matched in bounded time counts as matched,
 * so that nobody hides one by its length.
 */
export function createPathMatcher(globs: readonly string[]): (path: string) => boolean {
  const walks = globs.map((glob) => glob.split('/').map(parseStep))
  if (walks.length === 0) return () => false
  return (path) => {
    if (path.length > longestPath) return true
    const names = path.split('/')
    return walks.some((steps) => leadsThrough(steps, names))
  }
}

/** One name between two slashes of a glob; `folders` is `**`: any number of names, none included. */
type Step = 'folders' | ((name: string) => boolean)

// `s`, or `*` would stop at a line break in a name; all else that picomatch knows is off, or not taken by the schema.
const options = {dot: true, windows: false, nonegate: true, noextglob: true, nobrace: true, nobracket: true, flags: 's'}

const parseStep = (name: string): Step => (name === '**' ? 'folders' : picomatch(name, options))

/** Keeps every place in the glob that the names so far can have led to: no way back, so linear in the names. */
function leadsThrough(steps: readonly Step[], names: readonly string[]): boolean {
  let places = withSkips(steps, [0])
  for (const name of names) {
    const next = [...places].flatMap((at) => follow(steps[at], {at, name}))
    places = withSkips(steps, next)
  }
  return places.has(steps.length)
}

function follow(step: Step | undefined, {at, name}: {readonly at: number; readonly name: string}): readonly number[] {
  if (step === undefined) return []
  if (step === 'folders') return [at]
  return step(name) ? [at + 1] : []
}

/** `**` may stand for no name at all. */
function withSkips(steps: readonly Step[], places: readonly number[]): ReadonlySet<number> {
  const all = new Set<number>()
  for (let at of places) {
    all.add(at)
    while (steps[at] === 'folders') all.add((at += 1))
  }
  return all
}
