/**
 * What is dear to make, and the same for every sandbox of a process. Jest gives each test file globals of its own, so
 * it is kept beside those of the process: the files that a worker runs later find it.
 */
import {runInThisContext} from 'node:vm'

const name = Symbol.for('countersign: kept for as long as the process runs')
const around = runInThisContext('globalThis') as {[name]?: Map<string, unknown>}
const kept = around[name] ?? new Map<string, unknown>()
around[name] = kept

/** Made the first time that the process asks for it. One name, one type: nothing checks that. */
export function keepOnce<T>(what: string, make: () => T): T {
  if (!kept.has(what)) kept.set(what, make())
  return kept.get(what) as T
}
