/** The manifest against the folder: every file that it lists is there, once, and is the one that it lists. */
import type {PackFiles} from './files.ts'
import type {PackNames} from './names.ts'
import {type PackHead, manifestEnd, packPaths, parsePackFile, parsePackHead} from './pack.ts'
import {type PackFault, packFault} from './pack-faults.ts'

export interface ManifestCheck {
  /** Undefined when the manifest cannot be read: then nothing else can be either. */
  readonly head: PackHead | undefined
  /** How many files it lists. */
  readonly files: number
}

export interface Watcher {
  readonly onFault: (fault: PackFault) => void
  /** Told after each file or entry. */
  readonly onStep: (what: string) => void
}

export interface Manifested {
  readonly folder: PackFiles
  readonly names: PackNames
}

export async function checkManifest({folder, names}: Manifested, {onFault, onStep}: Watcher): Promise<ManifestCheck> {
  const refuse = (detail: string): void => onFault(packFault(packPaths.manifest, 'pack_manifest_malformed', detail))
  let head: PackHead | undefined
  let files = 0
  let isEnded = false
  for await (const line of folder.lines(packPaths.manifest)) {
    if (head === undefined) {
      const parsed = parsePackHead(line)
      if (parsed.ok) head = parsed.value
      else {
        refuse(parsed.fault)
        return {head, files}
      }
    } else if (isEnded) {
      refuse('it goes on after its end')
      break
    } else if (line === manifestEnd) isEnded = true
    else {
      for (const fault of await checkFile({folder, names}, line.replace(/,$/, ''))) onFault(fault)
      files += 1
      onStep(`file ${files}`)
    }
  }
  if (head === undefined) refuse('there is none in this folder')
  else if (!isEnded) refuse('it has no end')
  return {head, files}
}

async function checkFile({folder, names}: Manifested, line: string): Promise<readonly PackFault[]> {
  const parsed = parsePackFile(line)
  if (!parsed.ok) return [packFault(packPaths.manifest, 'pack_manifest_malformed', parsed.fault)]
  const {path, sha256, size} = parsed.value
  const twice = names.list(path)
  const found = await folder.digest(path)
  const isSame = found?.sha256 === sha256 && found.size === size
  return [
    ...(twice === undefined ? [] : [twice]),
    ...(found === undefined ? [packFault(path, 'pack_file_missing')] : []),
    ...(found === undefined || isSame ? [] : [packFault(path, 'pack_file_changed')]),
  ]
}
