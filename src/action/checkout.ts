/** Finds the checkout, if there is one. Where there is none, nothing that compares is loaded. */
import {lstatSync, readdirSync, realpathSync} from 'node:fs'
import {dirname, join, resolve, sep} from 'node:path'
import {parseTreeSha} from '#protocol'
import {faultCode} from './fault.ts'
import type {CheckoutFinding, CheckoutInspector} from '../gate/ports.ts'

export interface CheckoutPlace {
  /** The input `path`; relative to the workspace, empty for the workspace itself. */
  readonly path: string
  /** Empty outside a workflow: then the current folder, and a repository is looked for in every folder above. */
  readonly workspace: string
}

export function checkoutInspector(place: CheckoutPlace, env: NodeJS.ProcessEnv): CheckoutInspector {
  return {
    inspect: async (wanted, tell) => {
      const found = findCheckout(place)
      switch (found.kind) {
        case 'repository': {
          const {inspectRepository} = await import('./inspect-repository.ts')
          return inspectRepository(found.root, wanted, {env, tell})
        }
        case 'folder': {
          const {inspectFolder} = await import('./inspect-folder.ts')
          return inspectFolder(found.root, wanted.tree, tell)
        }
        case 'empty':
        case 'differs':
          return found
        default:
          return found satisfies never
      }
    },
    readTree: async (sha, {byFiles, tell}) => {
      const found = findCheckout(place)
      if (found.kind === 'repository') {
        const {readLocalTree} = await import('./inspect-repository.ts')
        return parseTreeSha(await readLocalTree(found.root, sha, env))
      }
      if (found.kind !== 'folder' || !byFiles) return undefined
      const {nameFolder} = await import('./inspect-folder.ts')
      const named = nameFolder(found.root, sha, tell)
      return named.ok ? parseTreeSha(named.value.tree) : undefined
    },
  }
}

type FoundCheckout =
  | {readonly kind: 'repository' | 'folder'; readonly root: string}
  | Extract<CheckoutFinding, {readonly kind: 'empty' | 'differs'}>

/** Empty is only a workspace in which nothing lies: a folder that was named is where something must be. */
function findCheckout({path, workspace}: CheckoutPlace): FoundCheckout {
  const folder = resolve(workspace, path)
  const real = realFolder(folder)
  const top = workspace === '' ? undefined : realFolder(workspace)
  if (real === undefined) return path === '' ? {kind: 'empty', path: folder} : notThere(path, 'is not there')
  if (path !== '' && top !== undefined && !isWithin(real, top)) return notThere(path, 'leads out of the workspace')
  if (path !== '' && !isFolder(real)) return notThere(path, 'is no folder')
  const root = findRoot(real, top)
  if (root !== undefined) return {kind: 'repository', root}
  if (!isEmpty(real)) return {kind: 'folder', root: real}
  return path === '' ? {kind: 'empty', path: folder} : notThere(path, 'holds nothing')
}

const notThere = (path: string, problem: string): FoundCheckout => ({
  kind: 'differs',
  problem: `the folder of the input "path", ${JSON.stringify(path)}, ${problem}`,
  fix: 'Give the gate the same `path` as actions/checkout, and let actions/checkout run before.',
})

/** Whether the input `path` stays in the workspace, as far as its words go. Outside a workflow it may lead anywhere. */
export const staysWithin = ({path, workspace}: CheckoutPlace): boolean =>
  workspace === '' || isWithin(resolve(workspace, path), resolve(workspace))

const isWithin = (folder: string, top: string): boolean =>
  folder === top || folder.startsWith(top.endsWith(sep) ? top : top + sep)

/** The folder without links on the way; undefined where it is surely not there. */
function realFolder(folder: string): string | undefined {
  try {
    return realpathSync(folder)
  } catch (fault) {
    return faultCode(fault) === 'ENOENT' ? undefined : folder
  }
}

/** The nearest folder with a `.git`, from `folder` upwards but never out of the workspace: what lies above is not the job's. */
function findRoot(folder: string, top: string | undefined): string | undefined {
  for (let at = folder; ; at = dirname(at)) {
    if (holdsRepository(at)) return at
    if (at === top || at === dirname(at)) return undefined
  }
}

/** Only a `.git` that is surely not there counts as none: one that may not be looked at is git's to complain about. */
function holdsRepository(folder: string): boolean {
  try {
    lstatSync(join(folder, '.git'))
    return true
  } catch (fault) {
    const code = faultCode(fault)
    return code !== 'ENOENT' && code !== 'ENOTDIR'
  }
}

const isFolder = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false})?.isDirectory() === true

/** What cannot be listed may hold something. */
function isEmpty(folder: string): boolean {
  try {
    return readdirSync(folder).length === 0
  } catch {
    return false
  }
}
