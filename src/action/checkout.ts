/** Finds the checkout, if there is one. Where there is none, nothing of git is loaded. */
import {lstatSync} from 'node:fs'
import {dirname, join, resolve, sep} from 'node:path'
import {parseTreeSha} from '#protocol'
import {faultCode} from './fault.ts'
import type {CheckoutInspector} from '../gate/ports.ts'

export interface CheckoutPlace {
  /** The input `path`; relative to the workspace, empty for the workspace itself. */
  readonly path: string
  readonly workspace: string
}

export function checkoutInspector({path, workspace}: CheckoutPlace, env: NodeJS.ProcessEnv): CheckoutInspector {
  return {
    inspect: async (sha) => {
      const folder = resolve(workspace, path)
      const root = findRoot(folder, resolve(workspace))
      if (root === undefined) return {kind: 'absent', path: folder}
      const {inspectRepository} = await import('./inspect-repository.ts')
      return inspectRepository(root, {sha, env})
    },
    readTree: async (sha) => {
      const root = findRoot(resolve(workspace, path), resolve(workspace))
      if (root === undefined) return undefined
      const {readCommitTree} = await import('./inspect-repository.ts')
      return parseTreeSha(await readCommitTree(root, {sha, env}))
    },
  }
}

/** The nearest folder with a `.git`, from `folder` upwards but never out of the workspace: what lies above is not the job's. */
function findRoot(folder: string, workspace: string): string | undefined {
  const inside = folder === workspace || folder.startsWith(workspace.endsWith(sep) ? workspace : workspace + sep)
  for (let at = folder; ; at = dirname(at)) {
    if (holdsRepository(at)) return at
    if (!inside || at === workspace) return undefined
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
