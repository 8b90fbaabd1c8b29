/** Globs of a policy over the paths of a change: `*`, `**` and `?` alone are special, and a leading dot is a character. */
import picomatch from 'picomatch'

/** Each wildcard multiplies what a hostile path can cost (threats A33); so does its length. */
export const maxWildcards = 4
const longestPath = 256

export const countWildcards = (glob: string): number => glob.match(/\*+/g)?.length ?? 0

/**
 * Whether one of `globs` describes the path. A path that is too long to be matched in bounded time counts as matched,
 * so that nobody hides one by its length.
 */
export function createPathMatcher(globs: readonly string[]): (path: string) => boolean {
  const matches = globs.map((glob) =>
    picomatch(glob, {
      dot: true,
      windows: false,
      nonegate: true,
      noextglob: true,
      nobrace: true,
      nobracket: true,
      flags: 's',
    }),
  )
  if (matches.length === 0) return () => false
  return (path) => path.length > longestPath || matches.some((match) => match(path))
}
