/** Which files of a repository the doctor looks at, wherever they are read from. */
import type {FileTexts} from './examine.ts'
import {actionFiles} from './workflow/action-files.ts'
import {policyFile} from './policy-file.ts'
import {ownersFiles} from './workflow/look-owners.ts'

export const workflowFolder = '.github/workflows'

/** GitHub takes no larger workflow; a file beyond it is told, and not read. */
export const maxFileBytes = 1024 * 1024

export const isWorkflowFile = (path: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path)

/** What is wanted besides the workflows themselves. */
export const fixedFiles: readonly string[] = [policyFile, ...ownersFiles]

/** Files of local Actions that the files so far speak of and that are not among them. */
export function findWanted(texts: FileTexts): readonly string[] {
  const speaking = [...texts].filter(([path]) => isWorkflowFile(path) || /(?:^|\/)action\.ya?ml$/.test(path))
  const uses = speaking.flatMap(([, text]) => [...text.matchAll(/\buses:\s*["']?(\.\/[^\s"'#]*)/g)])
  const wanted = uses.flatMap(([, path = '']) => (/\.ya?ml$/.test(path) ? [] : actionFiles(path)))
  return [...new Set(wanted)].filter((path) => !texts.has(path) && !path.split('/').includes('..'))
}
