/** A51: git is made to lie about what is checked out: replaced objects, hidden files, other work trees, programs of its own. */
import {chmod, cp, mkdir, readFile, symlink, writeFile} from 'node:fs/promises'
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {emptyFolder} from '../action/asks.ts'
import {type TestRepository, openTestRepository} from '../action/repositories.ts'
import {type GateAsk, Stage} from '../acceptance/stage.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  expect(await stage.authorize()).toContain('Authorized for `production`')
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const evil = 'echo stolen\n'

/** What somebody does to the workspace, before the gate looks at it. */
type Trick = (work: TestRepository) => unknown

const gate = (trick: Trick, more: GateAsk = {}) =>
  stage.gate({
    ...more,
    before: async (workspace) => {
      await trick(openTestRepository(workspace))
    },
  })

const stopped = async (trick: Trick, more: GateAsk = {}): Promise<string> => {
  const step = await gate(trick, more)
  expectStopped(step, 'checkout_mismatch')
  return step.annotations.map(({message}) => message).join('\n')
}

test.each(['--assume-unchanged', '--skip-worktree'])('a changed file behind %s is seen', async (bit) => {
  const words = await stopped(({git, write}) => {
    git('update-index', bit, 'deploy.sh')
    write('deploy.sh', evil)
    expect(git('status', '--porcelain')).toBe('')
  })
  expect(words).toContain('deploy.sh')
})

test('a commit under the authorized one’s name (git replace) is seen', async () => {
  const words = await stopped(({git, write, commit}) => {
    write('deploy.sh', evil)
    const other = commit()
    git('replace', stage.head, other)
    git('checkout', '--quiet', '--force', '--detach', stage.head)
    expect(git('rev-parse', 'HEAD')).toBe(stage.head)
    expect(git('status', '--porcelain')).toBe('')
  })
  expect(words).toContain('replace refs')
})

test('a HEAD that points at a branch of the authorized commit’s name is no commit', async () => {
  await stopped(({git, write, commit}) => {
    write('deploy.sh', evil)
    const other = commit()
    git('update-ref', `refs/heads/${stage.head}`, other)
    git('symbolic-ref', 'HEAD', `refs/heads/${stage.head}`)
  })
})

test('an untouched copy that git is told to look at instead is not looked at', async () => {
  const copy = join(emptyFolder(), 'copy')
  await stopped(async ({git, write, root}) => {
    await cp(root, copy, {recursive: true})
    git('config', 'core.worktree', copy)
    write('deploy.sh', evil)
  })
})

test('nor where the environment of the job tells so', async () => {
  const copy = join(emptyFolder(), 'copy')
  const env = {
    GIT_DIR: join(copy, '.git'),
    GIT_WORK_TREE: copy,
    GIT_INDEX_FILE: join(copy, '.git', 'index'),
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'core.worktree',
    GIT_CONFIG_VALUE_0: copy,
  }
  const trick: Trick = async ({write, root}) => {
    await cp(root, copy, {recursive: true})
    write('deploy.sh', evil)
  }
  expect(await stopped(trick, {env})).toContain('deploy.sh')
})

/** Everything of a repository that git runs by itself. */
async function setTraps({git, root}: TestRepository, ran: string): Promise<void> {
  const program = join(root, '.git', 'program')
  await writeFile(program, `#!/bin/sh\necho "$0 $*" >> ${ran}\nexec cat ${join(root, '.git', 'clean')}\n`)
  await writeFile(join(root, '.git', 'clean'), 'echo deploying\n')
  await chmod(program, 0o755)
  await mkdir(join(root, '.git', 'info'), {recursive: true})
  await writeFile(join(root, '.git', 'info', 'attributes'), '* filter=lie diff=lie\n')
  const named = ['filter.lie.clean', 'filter.lie.process', 'diff.external', 'diff.lie.textconv', 'core.pager']
  const started = ['core.fsmonitor', 'core.sshCommand', 'credential.helper', 'core.editor']
  for (const setting of [...named, ...started]) git('config', setting, program)
  await mkdir(join(root, '.git', 'hooks'), {recursive: true})
  for (const hook of ['post-index-change', 'post-checkout', 'reference-transaction', 'fsmonitor-watchman']) {
    await symlink(program, join(root, '.git', 'hooks', hook))
  }
}

test('no program that the repository names is run, and none can answer for a changed file', async () => {
  const ran = join(emptyFolder(), 'ran')
  await stopped(async (work) => {
    work.write('deploy.sh', evil)
    await setTraps(work, ran)
  })
  expect(existsSync(ran) ? await readFile(ran, 'utf8') : '').toBe('')
  expectAllowed(await gate((work) => setTraps(work, ran)), stage.head)
  expect(existsSync(ran) ? await readFile(ran, 'utf8') : '').toBe('')
})

test('what the gate cannot see, files that are not of the commit, it does not promise', async () => {
  expectAllowed(await gate(({write}) => write('dist/stolen.js', evil)), stage.head)
  expect(await readFile(new URL('../../SECURITY.md', import.meta.url), 'utf8')).toContain(
    'Comparing the checkout is a guard against mistakes',
  )
})

test('a tracked file that a sparse checkout leaves out is said', async () => {
  const step = await gate(({git}) => git('sparse-checkout', 'set', '--no-cone', '/README.md'))
  expectAllowed(step, stage.head)
  expect(step.annotations.map(({message}) => message).join('\n')).toContain('left out')
})

test('the authorized commit as it is goes out', async () => {
  expectAllowed(await stage.gate(), stage.head)
})
