/** Jobs whose workspace is made by the test, and a receipt that holds for its commit: the committed gate is run on them. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {expect} from '@jest/globals'
import {type TestKey, aReceipt, lifeAround, makeKey} from '../protocol/builders.ts'
import {emptyFolder} from './asks.ts'
import {type Env, type GateRun, inputs, pushJob, runBuiltGate} from './built.ts'
import {treeOf} from './repositories.ts'

const key = makeKey()

export interface WorkspaceJob {
  readonly workspace: string
  /** What the job deploys, and what the receipt is for unless `receipt` says otherwise. */
  readonly sha: string
  readonly with?: Env
  readonly env?: Env
  readonly receipt?: {readonly sha?: string; readonly tree?: string; readonly life?: object; readonly key?: TestKey}
}

export function runIn({workspace, sha, with: given, env, receipt = {}}: WorkspaceJob): Promise<GateRun> {
  const scope = {sha: receipt.sha ?? sha, tree: receipt.tree ?? treeOf(sha)}
  const {text} = aReceipt({...lifeAround(Date.now()), ...receipt.life, scope}, key)
  const job = {...pushJob(workspace), ...inputs(key.pin, {receipt: text, ...given})}
  return runBuiltGate({...job, GITHUB_SHA: sha, ...env})
}

export function expectAllowed(run: GateRun): string {
  expect([run.code, run.outputs.get('authorized')]).toEqual([0, 'true'])
  return run.log
}

/** Gives what the job's log says, as a person reads it. */
export function expectRefused(run: GateRun, code = 'checkout_mismatch'): string {
  expect([run.code, run.outputs.get('reason-code'), run.outputs.get('authorized')]).toEqual([1, code, 'false'])
  return decodeURIComponent(run.log.replaceAll(/%(?![0-9A-F]{2})/g, '%25'))
}

/** What actions/checkout leaves where there is no git: the archive of a commit, unpacked. */
export function unpackedArchive(root: string, sha: string, folder = emptyFolder()): string {
  const archive = join(emptyFolder(), 'archive.tar')
  execFileSync('git', ['archive', `--output=${archive}`, sha], {cwd: root})
  execFileSync('tar', ['-xf', archive, '-C', folder])
  return folder
}
