/** A Markdown document as tests read it: its headings as GitHub links to them, and the tables and blocks of a section. */

export interface Heading {
  readonly level: number
  readonly text: string
  /** What stands behind the `#` of a link to it. */
  readonly anchor: string
}

const fence = /^```/

/** Each line with whether it lies in a fenced block, the fences included. */
function linesOf(text: string): readonly {readonly line: string; readonly isCode: boolean}[] {
  let inside = false
  return text.split('\n').map((line) => {
    const isFence = fence.test(line)
    if (isFence) inside = !inside
    return {line, isCode: inside || isFence}
  })
}

const withoutBlocks = (text: string): string =>
  linesOf(text)
    .filter(({isCode}) => !isCode)
    .map(({line}) => line)
    .join('\n')

/** Without fenced blocks and code spans, where nothing is a link. */
export const withoutCode = (text: string): string => withoutBlocks(text).replace(/(`+)(?:(?!\1)[\s\S])+\1/g, '')

export function headingsOf(text: string): readonly Heading[] {
  const seen = new Map<string, number>()
  return linesOf(text).flatMap(({line, isCode}) => {
    const [, marks = '', title = ''] = /^(#{1,6}) (.+)$/.exec(line) ?? []
    if (isCode || marks === '') return []
    const plain = title.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
    const slug = plain
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-')
    const before = seen.get(slug) ?? 0
    seen.set(slug, before + 1)
    return [{level: marks.length, text: plain, anchor: before === 0 ? slug : `${slug}-${before}`}]
  })
}

/** What stands below the heading of that text, down to the next one of its level or above. Throws where there is none. */
export function sectionOf(text: string, title: string): string {
  const lines = linesOf(text)
  const levelAt = (i: number): number =>
    lines[i]?.isCode === true ? 0 : (/^#+(?= )/.exec(lines[i]?.line ?? '')?.[0].length ?? 0)
  const from = lines.findIndex(({line}, i) => levelAt(i) > 0 && line.replace(/^#+ /, '') === title)
  if (from < 0) throw new Error(`there is no heading "${title}"`)
  const end = lines.findIndex((_, i) => i > from && levelAt(i) > 0 && levelAt(i) <= levelAt(from))
  return lines
    .slice(from + 1, end < 0 ? undefined : end)
    .map(({line}) => line)
    .join('\n')
}

/** The tables, each as its rows without the head; a row as its cells. */
export function tablesOf(section: string): readonly (readonly (readonly string[])[])[] {
  const tables: (readonly string[])[][] = []
  let isRow = false
  for (const {line, isCode} of linesOf(section)) {
    const cells = !isCode && line.startsWith('|') ? splitRow(line) : undefined
    if (cells !== undefined && !isRow) tables.push([])
    if (cells !== undefined) tables.at(-1)?.push(cells)
    isRow = cells !== undefined
  }
  return tables.map((rows) => rows.slice(2))
}

const splitRow = (line: string): readonly string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim())

/** The code spans of a text. */
export const codesIn = (text: string): readonly string[] =>
  [...withoutBlocks(text).matchAll(/`([^`]+)`/g)].map((match) => match[1] ?? '')

/** What the first column of a table names as code: a row may name several. */
export const namesIn = (table: readonly (readonly string[])[] | undefined): readonly string[] =>
  (table ?? []).flatMap(([first = '']) => codesIn(first))

/** The fenced blocks of a language; of none, where it is empty. */
export const blocksOf = (section: string, language: string): readonly string[] =>
  [...section.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, named = '', text = '']) =>
    named === language ? [text] : [],
  )
