/** Files that git itself converts on checkout: what it makes of the blob is let out, and nothing else. */
import {readFileSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {convert} from '../../src/action/conversion.ts'
import {nameBlob} from '../../src/action/blob.ts'
import {aRepository, withGit} from './repositories.ts'
import {expectAllowed, expectRefused, runIn} from './workspace-job.ts'

/** A repository with that attribute on one file, checked out by git. */
function converted(attribute: string, content: string | Uint8Array) {
  const repository = aRepository()
  const {root, git, write, commit} = repository
  write('.gitattributes', `file.txt ${attribute}\n`)
  write('file.txt', content)
  const sha = commit()
  rmSync(join(root, 'file.txt'))
  git('checkout', '--quiet', '--force', sha)
  return {...repository, sha, file: join(root, 'file.txt')}
}

const utf16 = (text: string): Buffer => Buffer.from(`\uFEFF${text}`, 'utf16le')
const inLatin1 = (text: string): Buffer => Buffer.from(text, 'latin1')

withGit('a file that git converts', () => {
  test.each<[string, string | Uint8Array]>([
    ['ident', '# $Id$\nnext $Id$\n'],
    ['ident text eol=crlf', '# $Id$\nnext\n'],
    ['working-tree-encoding=UTF-16', utf16('größe\n')],
    ['working-tree-encoding=UTF-16LE', Buffer.from('größe 🚀\n', 'utf16le')],
    ['working-tree-encoding=UTF-16LE-BOM', utf16('größe\n')],
    ['working-tree-encoding=UTF-16BE', Buffer.from('größe\n', 'utf16le').swap16()],
    ['working-tree-encoding=UTF-32LE', Buffer.from(Uint32Array.from('größe\n', (char) => char.charCodeAt(0)).buffer)],
    ['working-tree-encoding=ISO-8859-1', inLatin1('größe\n')],
    ['working-tree-encoding=windows-1252', Buffer.from([0x80, 0x0a])],
    ['working-tree-encoding=UTF-16 ident text eol=crlf', utf16('größe $Id$\r\n')],
  ])('is let out as git made it: %s', async (attribute, content) => {
    const {root, sha, file, git} = converted(attribute, content)
    const blob = git('rev-parse', `${sha}:file.txt`)
    expect(nameBlob(readFileSync(file), 'sha1')).not.toBe(blob)
    expect(git('status', '--porcelain')).toBe('')
    const log = expectAllowed(await runIn({workspace: root, sha}))
    expect(log).toContain('1 file is what the attributes ident and working-tree-encoding make')
  })

  test.each<[string, string, (content: Buffer) => Buffer]>([
    [
      'another id',
      'ident',
      (content) => inLatin1(content.toString('latin1').replace(/\$Id: \w+ \$/, '$Id: $(steal) $')),
    ],
    ['a line more', 'ident', (content) => Buffer.concat([content, Buffer.from('echo stolen\n')])],
    [
      'a line more, in UTF-16',
      'working-tree-encoding=UTF-16LE-BOM',
      (content) => Buffer.concat([content, Buffer.from('x\n', 'utf16le')]),
    ],
  ])('is refused with %s, and both attributes are named', async (_, attribute, change) => {
    const {root, sha, file} = converted(attribute, attribute === 'ident' ? '# $Id$\n' : utf16('größe\n'))
    writeFileSync(file, change(readFileSync(file)))
    const words = expectRefused(await runIn({workspace: root, sha}))
    expect(words).toContain('"file.txt" is not what the attributes ident and working-tree-encoding make of it')
  })

  test('is refused where only another file has the attribute', async () => {
    const {root, sha, write, git} = converted('ident', '# $Id$\n')
    write('README.md', `# api-service $Id: ${git('rev-parse', `${sha}:README.md`)} $\n`)
    expect(expectRefused(await runIn({workspace: root, sha}))).toContain('"README.md" has other content')
  })
})

describe('an id', () => {
  const expand = (text: string): string =>
    convert(Buffer.from(text), 'f'.repeat(40), {ident: true, encoding: undefined})[0]?.toString() ?? ''
  const whole = `$Id: ${'f'.repeat(40)} $`

  test.each([
    ['$Id$', whole],
    ['$Id: 1234 $', whole],
    ['$Id:1234$', whole],
    ['$$Id$$', `$${whole}$`],
    ['$Id: a.c,v 1.2 octocat $', '$Id: a.c,v 1.2 octocat $'],
    ['$Id: 12\n34 $', '$Id: 12\n34 $'],
    ['$Identity$', '$Identity$'],
    ['$Id', '$Id'],
  ])('%j becomes %j', (before, after) => {
    expect(expand(before)).toBe(after)
  })

  test('what no table of the encoding holds is converted to nothing', () => {
    for (const encoding of ['windows-1252', 'ISO-8859-1', 'SHIFT-JIS', 'EBCDIC', 'UTF-7']) {
      expect(convert(Buffer.from('漢\n'), 'f'.repeat(40), {ident: false, encoding})).toEqual([])
    }
    expect(convert(Buffer.from([0xff]), 'f'.repeat(40), {ident: false, encoding: 'UTF-16'})).toEqual([])
  })
})
