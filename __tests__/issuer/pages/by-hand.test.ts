/** The commands that a receipt's page shows do what it says, with openssl and python3 and no code of this project. */
import {execFile} from 'node:child_process'
import {mkdtempSync, rmSync} from 'node:fs'
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

async function readPage(path: string): Promise<{commands: string; fingerprint: string}> {
  const page = await (await fetch(stage.url + path)).text()
  const [, commands = ''] = /<pre id="by-hand">([^]*?)<\/pre/.exec(page) ?? []
  const [, fingerprint = ''] = /id="fingerprint">([0-9a-f]{64})</.exec(page) ?? []
  return {commands: unescape(commands), fingerprint}
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

maybe(`they refuse a receipt that another key signed${because}`, async () => {
  const {commands} = await readPage(`/r/${story.damaged.id}`)
  const printed = await run(commands)
  expect(printed).toContain('Signature Verification Failure')
})
