/** The files that the doctor looks at, out of a repository on GitHub at one ref. */
import {isPlainObject} from '#protocol'
import type {Unseen} from '../finding.ts'
import type {ReadFiles} from '../local.ts'
import {findWanted, fixedFiles, isWorkflowFile, maxFileBytes, workflowFolder} from '../wanted.ts'
import type {Answer, GitHubReader} from './reader.ts'

/** GitHub lists no more of a folder. */
const mostListed = 1000
const atOnce = 4

export async function readFiles(reader: GitHubReader, repository: string, ref: string): Promise<ReadFiles> {
  const texts = new Map<string, string>()
  const unseen: Unseen[] = []
  const asked = new Set<string>()
  const contents = (path: string): string =>
    `/repos/${repository}/contents/${path.split('/').map(encodeURIComponent).join('/')}?ref=${encodeURIComponent(ref)}`
  const listed = listOf(await reader.json(contents(workflowFolder)), unseen)
  let wanted: readonly string[] = [...listed, ...fixedFiles]
  while (wanted.length > 0) {
    for (const path of wanted) asked.add(path)
    for (let i = 0; i < wanted.length; i += atOnce) {
      const paths = wanted.slice(i, i + atOnce)
      const answers = await Promise.all(paths.map((path) => reader.text(contents(path))))
      for (const [n, answer] of answers.entries()) note(paths[n] ?? '', answer, {texts, unseen})
    }
    wanted = findWanted(texts).filter((path) => !asked.has(path))
  }
  return {texts, unseen}
}

interface Noted {
  readonly texts: Map<string, string>
  readonly unseen: Unseen[]
}

function note(path: string, answer: Answer<string>, {texts, unseen}: Noted): void {
  if (answer.kind === 'unread') unseen.push({what: path, why: answer.why})
  if (answer.kind !== 'read') return
  const size = new TextEncoder().encode(answer.value).length
  if (size > maxFileBytes) unseen.push({what: path, why: `${size} bytes of at most ${maxFileBytes}`})
  else texts.set(path, answer.value)
}

/** The paths of the workflows. A repository may have none. */
function listOf(answer: Answer, unseen: Unseen[]): readonly string[] {
  if (answer.kind === 'unread') unseen.push({what: workflowFolder, why: answer.why})
  if (answer.kind !== 'read' || !Array.isArray(answer.value)) return []
  if (answer.value.length >= mostListed)
    unseen.push({what: workflowFolder, why: `GitHub lists ${mostListed} files of it`})
  const items: readonly unknown[] = answer.value
  const paths = items.flatMap((item) => (isPlainObject(item) && typeof item['path'] === 'string' ? [item['path']] : []))
  return paths.filter((path) => isWorkflowFile(path)).sort()
}
