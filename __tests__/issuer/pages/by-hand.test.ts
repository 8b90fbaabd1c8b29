/** The commands that a receipt's page shows do what it says, with openssl and python3 and no code of this project. */
import {execFile} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {whyNoOpenssl} from '../../conformance/openssl.ts'
import {type Stage, openStage} from './stage.ts'
import {type Story, seedStory} from './story.ts'

const reason = whyNoOpenssl()
const maybe = reason === undefined ? test : test.skip
const because = reason === undefined ? '' : ` (${reason})`

let stage: Stage
let story: Story
const folder = mkdtempSync(join(tmpdir(), 'countersign-by-hand-'))

beforeAll(async () => {
  stage = await openStage()
  story = await seedStory(stage)
})
afterAll(async () => {
  await stage.close()
  rmSync(folder, {recursive: true})
})

const unescape = (text: string): string =>
  text
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')

interface Shown {
  readonly commands: string
  readonly fingerprint: string
  readonly receipt: string
}

async function readPage(path: string): Promise<Shown> {
  const page = await (await fetch(stage.url + path)).text()
  const [, commands = ''] = /<pre id="by-hand">([^]*?)<\/pre/.exec(page) ?? []
  const [, fingerprint = ''] = /id="fingerprint">([0-9a-f]{64})</.exec(page) ?? []
  const [, receipt = ''] = /<textarea\s+id="receipt"[^>]*>([^]*?)<\/textarea/.exec(page) ?? []
  return {commands: unescape(commands), fingerprint, receipt: unescape(receipt)}
}

/** What the shell printed; a command that fails ends it. */
async function run(commands: string): Promise<string> {
  const ran = promisify(execFile)('sh', ['-ec', commands], {cwd: folder})
  const {stdout} = await ran.catch((fault: unknown) => fault as {stdout: string})
  return stdout
}

maybe(`the commands verify the receipt and print the fingerprint that the page shows${because}`, async () => {
  for (const path of [`/r/${story.active.id}`, `/r/${story.emergency.id}`, '/r/demo']) {
    const {commands, fingerprint} = await readPage(path)
    const printed = await run(commands)
    expect(printed).toContain('Signature Verified Successfully')
    expect(printed).toContain(fingerprint)
  }
})

maybe(`they do so pasted at a prompt${because}`, async () => {
  const {commands} = await readPage(`/r/${story.active.id}`)
  const ran = promisify(execFile)('bash', ['--norc', '-i'], {cwd: folder})
  ran.child.stdin?.end(`set -o history -o histexpand\n${commands}\n`)
  expect((await ran).stdout).toContain('Signature Verified Successfully')
})

maybe(`they do so without a network, over the receipt that stands on the page${because}`, async () => {
  const {commands, receipt} = await readPage(`/r/${story.active.id}`)
  const [, offline] = /^curl [^]*?\n(python3 [^]*)$/.exec(commands) ?? []
  writeFileSync(join(folder, 'receipt.json'), receipt)
  expect(await run(offline ?? '')).toContain('Signature Verified Successfully')
  writeFileSync(join(folder, 'receipt.json'), receipt.replace('octocat', 'octocas'))
  expect(await run(offline ?? '')).toContain('Signature Verification Failure')
})

maybe(`they refuse a receipt that another key signed${because}`, async () => {
  const {commands} = await readPage(`/r/${story.damaged.id}`)
  const printed = await run(commands)
  expect(printed).toContain('Signature Verification Failure')
})
