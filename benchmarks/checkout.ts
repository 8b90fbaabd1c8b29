/** What comparing a checkout costs: the gate's comparison of 10,000 and 100,000 files beside `git status`, turn by turn. */
import {execFileSync} from 'node:child_process'
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {checkoutInspector} from '../src/action/checkout.ts'
import {median} from './rounds.ts'

const runs = 5
const sizes = [10_000, 100_000]
const identity = ['-c', 'user.name=octocat', '-c', 'user.email=octocat@users.noreply.github.com']

/** Files of about 4 KB, forty to a folder, as in a large repository of sources. */
function makeRepository(root: string, files: number): {readonly sha: string; readonly tree: string} {
  const git = (...words: readonly string[]): string =>
    execFileSync('git', words, {cwd: root, encoding: 'utf8', maxBuffer: 2 ** 28}).trim()
  git('init', '--quiet')
  for (let i = 0; i < files; i++) {
    const folder = join(root, `${Math.floor(i / 4000)}`, `${Math.floor(i / 40)}`)
    if (i % 40 === 0) mkdirSync(folder, {recursive: true})
    writeFileSync(join(folder, `${i}.ts`), `${i}\n`.repeat(Math.ceil(4000 / `${i}\n`.length)))
  }
  git('add', '--all')
  git(...identity, '-c', 'gc.auto=0', 'commit', '--quiet', '--message', 'work')
  return {sha: git('rev-parse', 'HEAD'), tree: git('rev-parse', 'HEAD^{tree}')}
}

async function time(work: () => unknown): Promise<number> {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const seconds = (times: readonly number[]): string => `${(median(times) / 1000).toFixed(2)} s`

async function measure(files: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
  try {
    const wanted = makeRepository(root, files)
    const inspector = checkoutInspector({path: '', workspace: root}, process.env)
    const compare = async (): Promise<void> => {
      const {kind} = await inspector.inspect(wanted, () => undefined)
      if (kind !== 'same') throw new Error(`the checkout is ${kind}`) // Times of refusals are not what is asked for.
    }
    const status = (): unknown => execFileSync('git', ['status', '--porcelain'], {cwd: root})
    // Git believes the times of files that it has seen; after a change of times it reads each, as the gate does.
    const touch = (): unknown => execFileSync('find', [root, '-name', '*.ts', '-exec', 'touch', '{}', '+'])
    const times = {gate: [] as number[], status: [] as number[], reading: [] as number[]}
    for (let run = 0; run < runs; run++) {
      times.gate.push(await time(compare))
      touch()
      times.reading.push(await time(status))
      times.status.push(await time(status))
    }
    rmSync(join(root, '.git'), {recursive: true})
    const bare = [await time(compare), await time(compare), await time(compare)]
    console.log(`${files} files: the gate ${seconds(times.gate)}, without a repository ${seconds(bare)}`)
    console.log(`  git status ${seconds(times.status)}, and ${seconds(times.reading)} when it must read every file`)
  } finally {
    rmSync(root, {recursive: true, force: true})
  }
}

console.log(`node ${process.version}, ${runs} runs each, alternately, files in the page cache; medians`)
for (const files of sizes) await measure(files)
