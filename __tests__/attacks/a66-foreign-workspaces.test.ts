/** A66: the workspace holds other files than were authorized, where git does not show it: no repository, or objects that lie. */
import {mkdir, readFile, rename, rm, symlink, writeFile} from 'node:fs/promises'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {emptyFolder} from '../action/asks.ts'
import {poison} from '../action/poison.ts'
import {openTestRepository} from '../action/repositories.ts'
import {type GateAsk, Stage} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
let head: string
beforeAll(async () => {
  stage = await Stage.open()
  const other = await stage.propose('nested', {'src/deploy.sh': 'echo deploying\n', 'src/lib.sh': 'echo lib\n'})
  head = other.head
  await stage.authorize({sha: head, pullRequest: other.pullRequest})
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const gate = (before: (workspace: string) => Promise<unknown>, ask: GateAsk = {}) =>
  stage.gate({
    job: {trigger: {event: 'push', branch: 'nested', sha: head}},
    ...ask,
    before: async (workspace) => {
      await before(workspace)
    },
  })

async function stopped(before: (workspace: string) => Promise<unknown>, ask: GateAsk = {}): Promise<string> {
  const step = await gate(before, ask)
  expectStopped(step, 'checkout_mismatch')
  return step.annotations.map(({message}) => message).join('\n')
}

test('files of another commit without a repository are stopped', async () => {
  const words = await stopped(async (workspace) => {
    await rm(join(workspace, '.git'), {recursive: true})
    await writeFile(join(workspace, 'src/deploy.sh'), 'echo stolen\n')
  })
  expect(words).toContain('there is no repository')
})

test('so is a single file in a workspace that is empty otherwise', async () => {
  await stopped((workspace) => writeFile(join(workspace, 'deploy.sh'), 'echo stolen\n'), {checkout: 'nothing'})
})

test('a checkout in a folder that the gate was not told is stopped, and the folder is named', async () => {
  const words = await stopped(async (workspace) => {
    const elsewhere = join(emptyFolder(), 'app')
    await rename(workspace, elsewhere)
    await mkdir(workspace)
    await rename(elsewhere, join(workspace, 'app'))
  })
  expect(words).toContain('`path: app`')
})

test.each(['commit', 'tree'])('a poisoned subtree object is refused, with match: %s', async (match) => {
  const poisoned = async (workspace: string): Promise<void> => {
    const work = openTestRepository(workspace)
    poison(work, head)
    expect([work.git('rev-parse', 'HEAD'), work.git('status', '--porcelain')]).toEqual([head, ''])
    expect(await readFile(join(workspace, 'src/deploy.sh'), 'utf8')).toBe('echo stolen\n')
  }
  expect(await stopped(poisoned, {with: {match}})).toContain('its object for the folder "src" is another folder')
})

test('a folder that became a link to other files is stopped, though git is told to leave it out', async () => {
  const words = await stopped(async (workspace) => {
    const elsewhere = emptyFolder()
    await writeFile(join(elsewhere, 'deploy.sh'), 'echo stolen\n')
    const {git} = openTestRepository(workspace)
    git('sparse-checkout', 'set', '--no-cone', '/README.md', '/deploy.sh')
    await symlink(elsewhere, join(workspace, 'src'))
  })
  expect(words).toContain('behind a symbolic link')
})

test('GitHub’s word that a commit has the authorized tree is not enough: nothing is checked out', async () => {
  const step = await gate(() => Promise.resolve(), {checkout: 'nothing', with: {match: 'tree'}})
  expectStopped(step, 'source_unreachable')
})

test('the authorized tree goes out, with its repository and without it', async () => {
  expectAllowed(await gate(() => Promise.resolve()), head)
  expectAllowed(await gate((workspace) => rm(join(workspace, '.git'), {recursive: true})), head)
})
