/** `match: tree`: a receipt counts whose content is that of this commit, and the content is never taken from a receipt. */
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {deflateSync} from 'node:zlib'
import {describe, expect, test} from '@jest/globals'
import {type TreeSha, parseTreeSha} from '#protocol'
import {checkoutInspector} from '../../src/action/checkout.ts'
import type {GateOutcome, TreeAnswer} from '../../src/gate/ports.ts'
import {publishReport} from '../../src/action/report.ts'
import {runGate} from '../../src/gate.ts'
import {type Overrides, aReceipt, commit, makeKey, tree} from '../protocol/builders.ts'
import {aSource, anAsk, emptyFolder, someTools, sure} from './asks.ts'
import {openTestRepository, withGit} from './repositories.ts'

const key = makeKey()
const other = 'c'.repeat(40)

const known = (text: string): TreeAnswer => ({ok: true, value: sure(parseTreeSha(text))})

function run(overrides: Overrides, answer = known(tree)): Promise<GateOutcome> {
  const tools = someTools([aSource('GitHub', {candidates: [aReceipt(overrides, key).text]})])
  return runGate(anAsk(key.pin, {match: 'tree'}), {...tools, readTree: () => Promise.resolve(answer)})
}

describe('by its tree', () => {
  test('a receipt of another commit with the same content is accepted, and the sha is that of this job', async () => {
    const outcome = await run({scope: {sha: other}})
    expect(outcome.decision.kind).toBe('allow')
    const outputs: Record<string, string> = {}
    let summary = ''
    publishReport(outcome, {
      say: () => undefined,
      record: (name, value) => (outputs[name] = value),
      summarize: (markdown) => (summary += markdown),
    })
    expect(outputs['sha']).toBe(commit)
    expect(summary).toContain('| tree | ✅ passed |')
    expect(summary).toContain('| commit | ➖ not asked |')
    expect(summary).toContain('which has the same tree')
  })

  test('another content is refused, even of the very commit', async () => {
    const outcome = await run({scope: {tree: 'd'.repeat(40)}})
    expect(outcome.decision).toMatchObject({refusal: {code: 'tree_mismatch', deploying: tree}})
  })

  test('an unknown content refuses before anybody is asked', async () => {
    const outcome = await run({}, {ok: false, fault: 'nobody knows the tree'})
    expect(outcome.decision).toMatchObject({
      refusal: {code: 'source_unreachable', problems: ['nobody knows the tree']},
    })
    expect(outcome.answers).toEqual([])
  })

  test('without it, a receipt of another commit is refused', async () => {
    const tools = someTools([aSource('GitHub', {candidates: [aReceipt({scope: {sha: other}}, key).text]})])
    expect((await runGate(anAsk(key.pin), tools)).decision).toMatchObject({refusal: {code: 'commit_mismatch'}})
  })
})

withGit('the tree of a commit in the checkout', () => {
  const readTree = (root: string, sha: string): Promise<TreeSha | undefined> =>
    checkoutInspector({path: '', workspace: root}, process.env).readTree(sha, {byFiles: true, tell: () => undefined})

  test('is what git says', async () => {
    const repository = openTestRepository(emptyFolder())
    repository.git('init', '--quiet')
    repository.write('deploy.sh', 'echo\n')
    const sha = repository.commit()
    expect(await readTree(repository.root, sha)).toBe(repository.git('rev-parse', `${sha}^{tree}`).trim())
  })

  test('is not known where the commit is not there, or nothing is checked out', async () => {
    const repository = openTestRepository(emptyFolder())
    repository.git('init', '--quiet')
    expect(await readTree(repository.root, commit)).toBeUndefined()
    expect(await readTree(emptyFolder(), commit)).toBeUndefined()
  })

  test('is not that of a commit that replaces it', async () => {
    const repository = openTestRepository(emptyFolder())
    repository.git('init', '--quiet')
    repository.write('deploy.sh', 'echo\n')
    const reviewed = repository.commit()
    const content = repository.git('rev-parse', `${reviewed}^{tree}`).trim()
    repository.write('deploy.sh', 'echo evil\n')
    repository.git('replace', reviewed, repository.commit())
    expect(await readTree(repository.root, reviewed)).toBe(content)
  })

  test('is not that of an object that was put under its name', async () => {
    const repository = openTestRepository(emptyFolder())
    repository.git('init', '--quiet')
    const reviewed = repository.commit()
    const object = join(repository.root, '.git', 'objects', reviewed.slice(0, 2), reviewed.slice(2))
    const forged = repository.git('cat-file', 'commit', reviewed).replace(/^tree \w+/, `tree ${other}`)
    rmSync(object)
    writeFileSync(object, deflateSync(`commit ${forged.length}\0${forged}`))
    expect(repository.git('cat-file', 'commit', reviewed)).toContain(other)
    expect(await readTree(repository.root, reviewed)).toBeUndefined()
  })
})
