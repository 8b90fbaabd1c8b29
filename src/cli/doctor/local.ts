/** The files of a checkout that the doctor looks at. Settings are not in it, and nothing is said of them. */
import {existsSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import type {Result} from '#protocol'
import {readBounded} from '../../action/sources/bounded-file.ts'
import {describeFault} from '../describe-fault.ts'
import type {FileTexts} from './examine.ts'
import type {Unseen} from './finding.ts'
import {findWanted, fixedFiles, isWorkflowFile, maxFileBytes, workflowFolder} from './wanted.ts'

export interface ReadFiles {
  readonly texts: FileTexts
  readonly unseen: readonly Unseen[]
}

/** A folder without workflows is most likely another one than was meant. */
export function readLocal(folder: string): Result<ReadFiles, string> {
  let names: readonly string[]
  try {
    names = readdirSync(join(folder, workflowFolder)).sort()
  } catch (fault) {
    return {ok: false, fault: `${join(folder, workflowFolder)}: ${describeFault(fault)}.`}
  }
  const asked = new Set<string>()
  const texts = new Map<string, string>()
  const unseen: Unseen[] = []
  const paths = names.map((name) => `${workflowFolder}/${name}`).filter((path) => isWorkflowFile(path))
  let wanted: readonly string[] = [...paths, ...fixedFiles]
  while (wanted.length > 0) {
    for (const path of wanted) {
      asked.add(path)
      const read = readText(folder, path)
      if (typeof read === 'string') texts.set(path, read)
      else if (read !== undefined) unseen.push(read)
    }
    wanted = findWanted(texts).filter((path) => !asked.has(path))
  }
  return {ok: true, value: {texts, unseen}}
}

function readText(folder: string, path: string): string | Unseen | undefined {
  if (!existsSync(join(folder, path))) return undefined
  const file = readBounded(join(folder, path), maxFileBytes)
  return file.kind === 'read' ? new TextDecoder().decode(file.bytes) : {what: path, why: file.problem}
}
