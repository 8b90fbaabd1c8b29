/** The input "receipt": inline, a good file, and every way a file can be wrong. */
import {execFileSync} from 'node:child_process'
import {chmodSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {receiptInput} from '../../../src/action/sources/file.ts'
import {aReceipt} from '../../protocol/builders.ts'
import {emptyFolder} from '../asks.ts'

const folder = emptyFolder()
const {text} = aReceipt()
const find = (receipt: string) => receiptInput(receipt, folder).find(new AbortController().signal, undefined)

function aFile(name: string, content: string | Uint8Array): string {
  writeFileSync(join(folder, name), content)
  return name
}

test('text that begins with a brace is the receipt itself', async () => {
  expect(await find(text)).toEqual({candidates: [text]})
})

test('a path is read from the workspace, or as it is when absolute', async () => {
  const name = aFile('receipt.json', text)
  const bytes = new Uint8Array(Buffer.from(text))
  expect(await find(name)).toEqual({candidates: [bytes]})
  expect(await find(join(folder, name))).toEqual({candidates: [bytes]})
})

describe('is refused in words', () => {
  const refusalOf = async (receipt: string) => (await find(receipt)).refusal

  test('when the file is missing', async () => {
    expect(await refusalOf('none.json')).toMatchObject({
      code: 'input_invalid',
      problems: [expect.stringMatching(/"none\.json".*no such file.*give the path/)],
    })
  })

  test('when it is a directory', async () => {
    mkdirSync(join(folder, 'dir'))
    expect(await refusalOf('dir')).toMatchObject({
      code: 'input_invalid',
      problems: [expect.stringContaining('a directory')],
    })
  })

  test('when it is empty', async () => {
    expect(await refusalOf(aFile('empty', ''))).toEqual({code: 'receipt_malformed', problem: 'the file is empty'})
  })

  test('when it is UTF-16, as PowerShell writes it', async () => {
    const utf16 = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')])
    expect(await refusalOf(aFile('utf16', utf16))).toMatchObject({
      code: 'receipt_malformed',
      problem: expect.stringContaining('UTF-16'),
    })
  })

  test('when it has 20 MiB, without reading them', async () => {
    truncateSync(join(folder, aFile('huge', '')), 20 * 1024 * 1024)
    expect(await refusalOf('huge')).toEqual({code: 'receipt_too_large', problem: '20971520 bytes of at most 16384'})
  })

  test('when the job may not read it', async () => {
    chmodSync(join(folder, aFile('secret', text)), 0)
    const asRoot = process.getuid?.() === 0
    // Root may read everything, so for this one reading the process is somebody else.
    if (asRoot) process.seteuid?.(65_534)
    const finding = refusalOf('secret')
    if (asRoot) process.seteuid?.(0)
    expect(await finding).toMatchObject({code: 'input_invalid', problems: [expect.stringContaining('may not read')]})
  })

  const onPosix = process.platform === 'win32' ? test.skip : test
  onPosix('when it is a named pipe or a device, without waiting for either', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe')])
    expect(await refusalOf('pipe')).toMatchObject({
      code: 'input_invalid',
      problems: [expect.stringContaining('no regular file')],
    })
    expect(await refusalOf('/dev/zero')).toMatchObject({code: 'input_invalid'})
  })
})
