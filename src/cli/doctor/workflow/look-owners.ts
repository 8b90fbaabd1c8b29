/** CODEOWNERS: whether anybody in particular must review a change of the policy or of a workflow. */
import type {Chart} from '../finding.ts'
import {policyFile} from '../policy-file.ts'

/** Where GitHub looks, in this order; the first that is there counts. */
export const ownersFiles = ['.github/CODEOWNERS', 'CODEOWNERS', 'docs/CODEOWNERS']

interface OwnersLine {
  readonly line: number
  readonly pattern: string
  readonly owners: readonly string[]
}

export interface OwnersFile {
  readonly file: string
  readonly text: string
}

export function lookAtOwners(found: OwnersFile | undefined, workflows: readonly string[], chart: Chart): void {
  const lines = found === undefined ? [] : readOwners(found.text)
  const file = found?.file ?? ownersFiles[0] ?? ''
  const place = (path: string) => ({file, line: ownerLine(path, lines)?.line ?? 1, column: 1})
  const isOwned = (path: string): boolean => (ownerLine(path, lines)?.owners.length ?? 0) > 0
  const why = found === undefined ? 'There is no CODEOWNERS' : `${file} gives it to nobody`
  if (!isOwned(policyFile))
    chart.find({rule: 'policy-unowned', place: place(policyFile), what: `${why}: ${policyFile}.`})
  const unowned = workflows.find((path) => !isOwned(path))
  if (unowned !== undefined) chart.find({rule: 'workflows-unowned', place: place(unowned), what: `${why}: ${unowned}.`})
}

function readOwners(text: string): readonly OwnersLine[] {
  return text.split('\n').flatMap((raw, i) => {
    const [pattern = '', ...owners] = raw
      .replace(/(?:^|\s)#.*$/, '')
      .trim()
      .split(/\s+/)
    return pattern === '' ? [] : [{line: i + 1, pattern, owners}]
  })
}

/** The last line that matches counts. */
const ownerLine = (path: string, lines: readonly OwnersLine[]): OwnersLine | undefined =>
  lines.findLast(({pattern}) => matches(pattern, path))

const mostWildcards = 8

/** As .gitignore has it, but for `!`, `[ ]` and `\#`, which CODEOWNERS does not know. */
function matches(pattern: string, path: string): boolean {
  // With more, a pattern is made to be slow rather than to match; what it owns is then said to be nobody's.
  if (pattern.split('*').length > mostWildcards) return false
  const isRooted = pattern.replace(/\/$/, '').includes('/')
  const bare = pattern.replace(/^\//, '')
  const expression = bare
    .replace(/\/$/, '')
    .split('/')
    .map((part) =>
      part === '**'
        ? '**'
        : part
            .replace(/[.+^${}()|[\]\\]/g, '\\$&')
            .replaceAll('*', '[^/]*')
            .replaceAll('?', '[^/]'),
    )
    .join('/')
    .replaceAll('**/', '(?:.*/)?')
    .replaceAll('/**', '/.*')
    .replaceAll('**', '.*')
  // `docs/*` owns the files of docs and nothing beneath; whatever else names a folder owns all of it.
  const end = bare.endsWith('/') ? '/.*' : bare.endsWith('/*') ? '' : '(?:/.*)?'
  return new RegExp(`^${isRooted ? '' : '(?:.*/)?'}${expression}${end}$`).test(path)
}
