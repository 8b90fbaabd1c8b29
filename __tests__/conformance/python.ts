/** Asks a Python script beside the tests: JSON goes in, JSON comes out, and no code of this project runs there. */
import {spawnSync} from 'node:child_process'
import {fileURLToPath} from 'node:url'

/** The first one on the path may be another than Debian's, which its packages are for. */
const pythons = ['python3', '/usr/bin/python3']

/** A Python that has these modules; undefined: name a test's skip by what is absent. */
export const findPython = (...modules: readonly string[]): string | undefined =>
  pythons.find((python) => spawnSync(python, ['-c', `import ${['json', ...modules].join(', ')}`]).status === 0)

export function askPython(python: string, script: string, question: object): unknown {
  const file = fileURLToPath(new URL(script, import.meta.url))
  const run = spawnSync(python, [file], {input: JSON.stringify(question), encoding: 'utf8', maxBuffer: 2 ** 26})
  if (run.status !== 0) throw new Error(`${script}: ${run.stderr}`)
  return JSON.parse(run.stdout)
}
