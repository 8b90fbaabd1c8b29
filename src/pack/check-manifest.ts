/** The manifest against the folder: every file is the one that it lists, and there is no other. */
import type {PackFiles} from './files.ts'
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

export async function checkManifest(folder: PackFiles, {onFault, onStep}: Watcher): Promise<ManifestCheck> {
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
      const fault = await checkFile(folder, line.replace(/,$/, ''))
      if (fault !== undefined) onFault(fault)
      files += 1
      onStep(`file ${files}`)
    }
  }
  if (head === undefined) refuse('there is none in this folder')
  else if (!isEnded) refuse('it has no end')
  return {head, files}
}

async function checkFile(folder: PackFiles, line: string): Promise<PackFault | undefined> {
  const parsed = parsePackFile(line)
  if (!parsed.ok) return packFault(packPaths.manifest, 'pack_manifest_malformed', parsed.fault)
  const {path, sha256, size} = parsed.value
  const found = await folder.digest(path)
  if (found === undefined) return packFault(path, 'pack_file_missing')
  return found.sha256 === sha256 && found.size === size ? undefined : packFault(path, 'pack_file_changed')
}

/** Files that the manifest does not list. */
export async function findAdded(folder: PackFiles, {onFault}: Pick<Watcher, 'onFault'>): Promise<void> {
  const known = new Set<string>([packPaths.manifest])
  for await (const path of listedPaths(folder)) known.add(path)
  for await (const path of folder.paths()) if (!known.has(path)) onFault(packFault(path, 'pack_file_added'))
}

export async function countFiles(folder: PackFiles): Promise<number> {
  const paths = folder.paths()
  let count = 0
  while ((await paths.next()).done !== true) count += 1
  return count
}

/** What the manifest lists, as far as it can be read. */
export async function* listedPaths(folder: PackFiles): AsyncGenerator<string> {
  for await (const line of folder.lines(packPaths.manifest)) {
    const parsed = parsePackFile(line.replace(/,$/, ''))
    if (parsed.ok) yield parsed.value.path
  }
}
