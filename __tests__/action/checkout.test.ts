/** The checkout against real repositories: the authorized commit passes, and everything that makes HEAD lie is refused. */
import {execFileSync} from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {checkoutInspector} from '../../src/action/checkout.ts'
import {emptyFolder} from './asks.ts'
import {aRepository, openTestRepository, treeOf, withGit} from './repositories.ts'

const inspect = (
  root: string,
  sha: string,
  {path = '', env = process.env}: {path?: string; env?: NodeJS.ProcessEnv} = {},
) => checkoutInspector({path, workspace: root}, env).inspect({sha, tree: treeOf(sha)}, () => undefined)

const same = {kind: 'same', unseen: []}
const differs = (problem: string) => ({kind: 'differs', problem: expect.stringContaining(problem)})

withGit('the checkout', () => {
  describe('is the authorized commit', () => {
    test('when HEAD is it and nothing was changed', async () => {
      const {root, sha} = aRepository()
      expect(await inspect(root, sha)).toEqual(same)
    })

    test('when untracked and ignored files were added, which are counted', async () => {
      const {root, write, commit} = aRepository()
      write('.gitignore', 'node_modules\n')
      const sha = commit()
      write('node_modules/x.js', '1')
      write('node_modules/deep/y.js', '1')
      write('notes.txt', '1')
      expect(await inspect(root, sha)).toEqual({
        kind: 'same',
        unseen: [expect.stringContaining('3 files are not of the commit')],
      })
    })

    test('in a repository of SHA-256 names', async () => {
      const {root, sha} = aRepository('--object-format=sha256')
      expect(sha).toHaveLength(64)
      expect(await inspect(root, sha)).toEqual(same)
    })

    test('below the workspace by "path", and from a folder within', async () => {
      const workspace = emptyFolder()
      const {root, sha} = aRepository()
      renameSync(root, join(workspace, 'app'))
      expect(await inspect(workspace, sha, {path: 'app'})).toEqual(same)
      expect(await inspect(workspace, sha, {path: 'app/src'})).toEqual(same)
      expect(await inspect(workspace, sha, {path: join(workspace, 'app')})).toEqual(same)
    })

    test('in a shallow clone, as actions/checkout makes it', async () => {
      const {root, sha} = aRepository()
      const clone = join(emptyFolder(), 'clone')
      execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${root}`, clone])
      expect(await inspect(clone, sha)).toEqual(same)
    })

    test('when it belongs to another user, as in a container', async () => {
      const {root, sha} = aRepository()
      if (process.getuid?.() === 0) execFileSync('chown', ['-R', '65534:65534', root])
      expect(await inspect(root, sha)).toEqual(same)
    })

    test('when text files have CRLF, which is said', async () => {
      const {root, sha, write} = aRepository()
      write('README.md', '# api-service\r\n')
      expect(await inspect(root, sha)).toEqual({
        kind: 'same',
        unseen: [expect.stringContaining('1 text file has CRLF')],
      })
    })

    test('when a file came from Git LFS, by the digest in its pointer', async () => {
      const {root, write, commit} = aRepository()
      const pointer =
        'version https://git-lfs.github.com/spec/v1\noid sha256:2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824\nsize 5\n'
      write('big.bin', pointer)
      const sha = commit()
      write('big.bin', 'hello')
      expect(await inspect(root, sha)).toEqual(same)
      write('big.bin', 'hellO')
      expect(await inspect(root, sha)).toMatchObject(differs('"big.bin" has other content'))
    })

    test('when files are left out by a sparse checkout, which is said', async () => {
      const {root, sha, git} = aRepository()
      git('sparse-checkout', 'set', '--no-cone', '/README.md', '/link')
      expect(existsSync(join(root, 'src'))).toBe(false)
      expect(await inspect(root, sha)).toEqual({
        kind: 'same',
        unseen: [expect.stringContaining('2 tracked files are left out')],
      })
    })
  })

  describe('is another commit', () => {
    test('which is named beside the authorized one', async () => {
      const {root, sha, commit} = aRepository()
      const head = commit()
      expect(await inspect(root, sha)).toMatchObject({
        kind: 'differs',
        problem: `its HEAD is ${head}, and ${sha} is authorized`,
        fix: expect.stringContaining(`ref: ${sha}`),
      })
    })

    test("and the `ref:` line is printed where it is GitHub's merge of a pull request, in a shallow clone too", async () => {
      const {root, git, write, commit} = aRepository()
      git('checkout', '--quiet', '-b', 'topic')
      write('topic.txt', '1\n')
      const head = commit()
      git('checkout', '--quiet', 'main')
      write('main.txt', '1\n')
      commit()
      git('merge', '--quiet', '--no-ff', '--message', 'merge', 'topic')
      const clone = join(emptyFolder(), 'clone')
      execFileSync('git', ['clone', '--quiet', '--depth=1', `file://${root}`, clone])
      for (const folder of [root, clone]) {
        expect(await inspect(folder, head)).toMatchObject({
          kind: 'differs',
          fix: expect.stringContaining('ref: ${{ github.event.pull_request.head.sha }}'),
        })
      }
    })

    test('or none at all', async () => {
      const {root, git, sha} = aRepository()
      git('checkout', '--quiet', '--orphan', 'fresh')
      expect(await inspect(root, sha)).toEqual({...differs('no commit checked out'), fix: expect.any(String)})
    })
  })

  describe('differs in a tracked file', () => {
    test.each<[string, (root: string) => void, string]>([
      [
        'that was changed',
        (root) => appendFileSync(join(root, 'README.md'), 'more\n'),
        '"README.md" has other content',
      ],
      [
        'that was changed without a change of size and time',
        (root) => {
          writeFileSync(join(root, 'README.md'), '# api-serviCe\n')
          execFileSync('touch', ['-d', '2026-01-01', join(root, 'README.md')])
        },
        '"README.md" has other content',
      ],
      ['that was deleted', (root) => unlinkSync(join(root, 'README.md')), '"README.md" is missing'],
      [
        'that lost its executable bit',
        (root) => chmodSync(join(root, 'src/deploy.sh'), 0o644),
        '"src/deploy.sh" has another mode',
      ],
      [
        'that became a folder',
        (root) => {
          unlinkSync(join(root, 'README.md'))
          mkdirSync(join(root, 'README.md'))
        },
        '"README.md" is another kind of file',
      ],
      [
        'whose link points elsewhere',
        (root) => {
          unlinkSync(join(root, 'link'))
          symlinkSync('/etc/passwd', join(root, 'link'))
        },
        '"link" is another symbolic link',
      ],
      [
        'that became a link to a copy of itself',
        (root) => {
          renameSync(join(root, 'README.md'), join(root, 'copy'))
          symlinkSync('copy', join(root, 'README.md'))
        },
        '"README.md" is another symbolic link',
      ],
      [
        'below a folder that became a link',
        (root) => {
          renameSync(join(root, 'src'), join(root, 'elsewhere'))
          symlinkSync('elsewhere', join(root, 'src'))
        },
        '"src/deploy.sh" lies behind a symbolic link',
      ],
      [
        'with a name beyond ASCII',
        (root) => appendFileSync(join(root, 'src/größe.txt'), 'x'),
        '"src/größe.txt" has other content',
      ],
    ])('%s', async (_, change, problem) => {
      const {root, sha} = aRepository()
      change(root)
      expect(await inspect(root, sha)).toMatchObject(differs(problem))
    })

    test('that is staged and not in the commit', async () => {
      const {root, sha, git, write} = aRepository()
      write('new.txt', '1')
      git('add', 'new.txt')
      expect(await inspect(root, sha)).toMatchObject(differs('"new.txt" is staged'))
    })

    test('and names five of many', async () => {
      const {root, write, commit} = aRepository()
      for (let i = 0; i < 9; i++) write(`f${i}`, '1')
      const sha = commit()
      for (let i = 0; i < 9; i++) write(`f${i}`, '2')
      expect(await inspect(root, sha)).toMatchObject(differs('9 tracked files differ'))
      expect(await inspect(root, sha)).toMatchObject(differs('and 4 more'))
    })
  })

  describe('cannot hide a change', () => {
    test.each(['--assume-unchanged', '--skip-worktree'])('behind %s', async (bit) => {
      const {root, sha, git, write} = aRepository()
      git('update-index', bit, 'README.md')
      write('README.md', 'evil\n')
      expect(await inspect(root, sha)).toMatchObject(differs('"README.md" has other content'))
    })

    test('behind a replaced object', async () => {
      const {root, sha, git, write, commit} = aRepository()
      write('README.md', 'evil\n')
      const evil = commit()
      git('replace', sha, evil)
      git('checkout', '--quiet', '--force', sha)
      expect(await inspect(root, sha)).toMatchObject(differs('replace refs'))
    })

    test('behind core.worktree, which points at an untouched copy', async () => {
      const {root, sha, git, write} = aRepository()
      const copy = join(emptyFolder(), 'copy')
      execFileSync('cp', ['-a', root, copy])
      git('config', 'core.worktree', copy)
      write('README.md', 'evil\n')
      expect(await inspect(root, sha)).toMatchObject(differs('"README.md" has other content'))
    })

    test('behind the environment of the job', async () => {
      const good = aRepository()
      const bad = aRepository()
      bad.write('README.md', 'evil\n')
      const env = {
        ...process.env,
        GIT_DIR: join(good.root, '.git'),
        GIT_WORK_TREE: good.root,
        GIT_INDEX_FILE: '/nonexistent',
      }
      expect(await inspect(bad.root, bad.sha, {env})).toMatchObject(differs('"README.md" has other content'))
    })

    test('in a submodule', async () => {
      const inner = aRepository()
      const {root, git, commit} = aRepository()
      git('-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add', inner.root, 'lib')
      const sha = commit()
      expect(await inspect(root, sha)).toEqual(same)
      appendFileSync(join(root, 'lib/README.md'), 'evil\n')
      expect(await inspect(root, sha)).toMatchObject(differs('"lib/README.md" has other content'))
      const library = openTestRepository(join(root, 'lib'))
      const head = library.commit()
      expect(await inspect(root, sha)).toMatchObject(differs(`"lib" is the submodule at ${head}`))
    })
  })

  test('runs no program that the repository names', async () => {
    const {root, sha, git, write} = aRepository()
    const ran = join(root, '.git', 'ran')
    const script = join(root, '.git', 'program')
    writeFileSync(script, `#!/bin/sh\necho "$0 $*" >> ${ran}\ncat\n`)
    chmodSync(script, 0o755)
    writeFileSync(join(root, '.git', 'info', 'attributes'), '* filter=evil diff=evil\n')
    for (const setting of [
      'filter.evil.clean',
      'filter.evil.process',
      'filter.evil.smudge',
      'diff.evil.textconv',
      'diff.external',
      'core.fsmonitor',
      'core.pager',
      'core.sshCommand',
      'credential.helper',
      'alias.rev-parse',
    ]) {
      git('config', setting, script)
    }
    mkdirSync(join(root, '.git', 'hooks'), {recursive: true})
    for (const hook of ['post-index-change', 'post-checkout', 'reference-transaction', 'fsmonitor-watchman']) {
      symlinkSync(script, join(root, '.git', 'hooks', hook))
    }
    rmSync(ran, {force: true})
    expect(await inspect(root, sha)).toEqual(same)
    write('README.md', 'evil\n')
    await inspect(root, sha)
    expect(existsSync(ran) ? readFileSync(ran, 'utf8') : '').toBe('')
  })

  test('git is run hardened, and sees nothing of the job but what it needs', async () => {
    const {root, sha} = aRepository()
    const folder = emptyFolder()
    const seen = join(folder, 'seen')
    writeFileSync(join(folder, 'git'), `#!/bin/sh\n{ echo "$*"; env; } >> ${seen}\necho ${sha}\n`, {mode: 0o755})
    const secrets = {
      GIT_DIR: '/elsewhere',
      GIT_EXEC_PATH: '/elsewhere',
      INPUT_TOKEN: 'secret',
      ACTIONS_RUNTIME_TOKEN: 'secret',
    }
    await inspect(root, sha, {env: {...secrets, PATH: `${folder}:${process.env['PATH'] ?? ''}`}})
    const said = readFileSync(seen, 'utf8')
    expect(said).toContain('-c core.fsmonitor=false -c safe.bareRepository=explicit')
    expect(said).toMatch(/^GIT_NO_REPLACE_OBJECTS=1$/m)
    expect(said).not.toMatch(/secret|\/elsewhere/)
  })

  describe('is empty', () => {
    test('when the workspace is empty, or not there', async () => {
      const folder = emptyFolder()
      expect(await inspect(folder, 'a'.repeat(40))).toEqual({kind: 'empty', path: folder})
      expect(await inspect(join(folder, 'none'), 'a'.repeat(40))).toEqual({kind: 'empty', path: join(folder, 'none')})
    })

    test("when the only repository lies above the workspace: that one is not the job's", async () => {
      const {root, sha} = aRepository()
      mkdirSync(join(root, '_work'))
      expect(await inspect(join(root, '_work'), sha)).toEqual({kind: 'empty', path: join(root, '_work')})
    })
  })

  describe('refuses what it cannot look at', () => {
    test('because git is missing', async () => {
      const {root, sha} = aRepository()
      expect(await inspect(root, sha, {env: {PATH: emptyFolder()}})).toMatchObject(differs('git cannot be run here'))
    })

    test('because the repository is broken', async () => {
      const {root, sha} = aRepository()
      rmSync(join(root, '.git', 'objects'), {recursive: true})
      expect(await inspect(root, sha)).toMatchObject({kind: 'differs'})
    })
  })
})
