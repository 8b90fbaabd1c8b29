/** Builds what a pack's index.html carries, its script and its style, for the two programs that write packs. */
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs'
import {dirname, join, relative} from 'node:path'
import {type BuildOptions, build} from 'esbuild'

const usage = `node scripts/pack-page.ts            build the page's script and style
node scripts/pack-page.ts --check    build in memory and compare; exit 1 when something differs
node scripts/pack-page.ts --help     this text
`

const root = join(import.meta.dirname, '..')
const browser = join(root, 'src', 'pack', 'browser')
/** `#pack/page` for both programs. */
const target = join(root, 'src', 'pack', 'built', 'page.ts')

async function bundle(options: BuildOptions): Promise<string> {
  const {outputFiles} = await build({
    absWorkingDir: root,
    bundle: true,
    minify: true,
    charset: 'utf8',
    target: 'es2024',
    legalComments: 'none',
    write: false,
    logLevel: 'error',
    ...options,
  })
  return (outputFiles?.[0]?.text ?? '').trimEnd()
}

async function makeAssets(): Promise<string> {
  const script = await bundle({
    entryPoints: [join(browser, 'page.ts')],
    platform: 'browser',
    conditions: ['browser'],
    format: 'iife',
    // The library written for size; it asks for Node's crypto where there is no browser's, only to draw random bytes.
    alias: {tweetnacl: 'tweetnacl/nacl.min.js'},
    define: {require: 'undefined'},
  })
  const style = await bundle({entryPoints: [join(browser, 'page.css')]})
  // An inline element ends at the first of these, whatever the language in it says.
  if (script === '' || /<\/script|<!--/i.test(script)) throw new Error('the script would end the element that holds it')
  if (style === '' || style.includes('</')) throw new Error('the style would end the element that holds it')
  return (
    '/** Built by scripts/pack-page.ts from src/pack/browser: nothing here is written by hand. */\n' +
    `export const pageAssets = {\n  script: ${JSON.stringify(script)},\n  style: ${JSON.stringify(style)},\n} as const\n`
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
  mkdirSync(dirname(target), {recursive: true})
  writeFileSync(target, assets)
  process.stdout.write(`${String(assets.length).padStart(9)}  ${relative(root, target)}\n`)
  return 0
}

function check(assets: string): number {
  const isCurrent = readFileSync(target, 'utf8') === assets
  if (isCurrent) process.stdout.write("a pack's page is what its sources build\n")
  else process.stderr.write(`${relative(root, target)}: not what the sources build\nRun: node scripts/pack-page.ts\n`)
  return isCurrent ? 0 : 1
}

process.exitCode = await main(process.argv.slice(2))
