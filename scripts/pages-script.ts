/** Builds issuer/pages/built/assets.ts: what the issuer's pages carry inline, their scripts and their style. */
import {readFileSync, writeFileSync} from 'node:fs'
import {readFile} from 'node:fs/promises'
import {join} from 'node:path'
import {type Plugin, build} from 'esbuild'

const usage = `node scripts/pages-script.ts            build issuer/pages/built/assets.ts and print the sizes
node scripts/pages-script.ts --check    build in memory and compare; exit 1 when it differs
node scripts/pages-script.ts --help     this text
`

const root = join(import.meta.dirname, '..')
const pages = join(root, 'issuer', 'pages')
const target = join(pages, 'built', 'assets.ts')

/** More would be felt by whoever opens a receipt on a telephone. */
const maxScriptBytes = 60_000

/** Each script, with the proofs that it never verifies. */
const scripts = {
  home: [],
  receipt: ['token', 'evidence', 'status', 'chain', 'consistency'],
  ledger: ['token', 'evidence', 'status', 'revocation', 'inclusion'],
} as const satisfies Readonly<Record<string, readonly string[]>>

/** What a page never asks of these modules is left out, for size. */
const leaveOut = (proofs: readonly string[]): Plugin => ({
  name: 'leave-out',
  setup: (plugins) => {
    // The same library, written for size: a page verifies two signatures, not thousands.
    plugins.onResolve({filter: /^tweetnacl$/}, () => ({path: join(root, 'node_modules', 'tweetnacl', 'nacl.min.js')}))
    // As a module of today it needs none of the code that wraps one of yesterday's.
    plugins.onLoad({filter: /nacl\.min\.js$/}, async ({path}) => ({
      contents: `const module = {exports: {}}\n${await readFile(path, 'utf8')}\nexport default module.exports`,
    }))
    // No page has a bundle's HMAC key.
    plugins.onResolve({filter: /^@noble\/hashes\/(?:hmac|hkdf)\.js$/}, ({path}) => ({path, namespace: 'absent'}))
    plugins.onLoad({filter: /.*/, namespace: 'absent'}, () => ({
      contents: 'export const hmac = undefined, hkdf = undefined',
    }))
    // A way to read many entries fast; without it each is parsed. The receipt page reads one.
    if (proofs.includes('chain')) {
      plugins.onLoad({filter: /canonical-line\.ts$/}, () => ({contents: slowLines}))
    }
    // A page says what is wrong; what to do about it is said by the programs that verify.
    plugins.onLoad({filter: /proof-faults\.ts$/}, async ({path}) => {
      const source = await readFile(path, 'utf8')
      const foreign = new RegExp(`^ {2}(?:${proofs.join('|')})_\\w+: \\{[^]*?^ {2}\\},\n`, 'gm')
      return {contents: source.replace(/^ {4}fix:[^]*?,\n(?= {2}\},)/gm, '').replace(foreign, ''), loader: 'ts'}
    })
  },
})

const slowLines = 'export const hashMemberLength = 0; export class CanonicalLines { recognize() {} }'

async function buildScript([name, proofs]: readonly [string, readonly string[]]): Promise<string> {
  const {outputFiles} = await build({
    absWorkingDir: root,
    entryPoints: [join(pages, 'browser', `${name}.ts`)],
    bundle: true,
    platform: 'browser',
    // tweetnacl asks for Node's crypto where there is no browser's; it only draws random bytes with it, and we draw none.
    define: {require: 'undefined'},
    conditions: ['browser'],
    format: 'iife',
    target: 'es2024',
    minify: true,
    charset: 'utf8',
    legalComments: 'none',
    plugins: [leaveOut(proofs)],
    write: false,
    logLevel: 'error',
  })
  const text = (outputFiles[0]?.text ?? '').trimEnd()
  if (text.length === 0 || text.length > maxScriptBytes)
    throw new Error(`${name}: ${text.length} of at most ${maxScriptBytes} bytes`)
  // An inline script ends at the first of these, whatever JavaScript says.
  if (/<\/script|<!--/i.test(text)) throw new Error(`${name} would end the element that holds it`)
  return text
}

async function buildStyle(): Promise<string> {
  const {outputFiles} = await build({
    absWorkingDir: root,
    entryPoints: [join(pages, 'style', 'all.css')],
    bundle: true,
    minify: true,
    charset: 'utf8',
    target: 'es2024',
    write: false,
    logLevel: 'error',
  })
  const text = (outputFiles[0]?.text ?? '').trimEnd()
  if (text.length === 0 || text.includes('</')) throw new Error('the style would end the element that holds it')
  return text
}

async function makeAssets(): Promise<string> {
  const members = await Promise.all(
    Object.entries(scripts).map(async (script) => `  ${script[0]}: ${JSON.stringify(await buildScript(script))},\n`),
  )
  return (
    '/** Built by scripts/pages-script.ts from issuer/pages/browser and issuer/pages/style: nothing here is written by hand. */\n' +
    `export const scripts = {\n${members.join('')}} as const\nexport const style = ${JSON.stringify(await buildStyle())}\n`
  )
}

async function main(arguments_: readonly string[]): Promise<number> {
  const [option, ...more] = arguments_
  if (more.length > 0 || (option !== undefined && option !== '--check' && option !== '--help')) {
    process.stderr.write(`unknown: ${arguments_.join(' ')}\n\n${usage}`)
    return 2
  }
  if (option === '--help') {
    process.stdout.write(usage)
    return 0
  }
  const assets = await makeAssets()
  if (option === '--check') return check(assets)
  writeFileSync(target, assets)
  for (const line of assets.split('\n')) {
    const name = /^ {2}(\w+): |^export const (style)/.exec(line)
    if (name !== null) process.stdout.write(`${String(line.length).padStart(9)}  ${name[1] ?? name[2] ?? ''}\n`)
  }
  return 0
}

function check(assets: string): number {
  if (readFileSync(target, 'utf8') === assets) {
    process.stdout.write('issuer/pages/built/assets.ts is what its sources build\n')
    return 0
  }
  process.stderr.write(
    'issuer/pages/built/assets.ts differs from what its sources build\nRun: node scripts/pages-script.ts\n',
  )
  return 1
}

process.exitCode = await main(process.argv.slice(2))
