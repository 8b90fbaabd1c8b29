/** Builds dist/ from src/, or with --check says whether dist/ is what the sources build. */
import {mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {type Bundle, distFolder, makeBundle} from './bundle.ts'

const usage = `node scripts/build.ts            build dist/ and print the sizes
node scripts/build.ts --check    build in memory and compare with dist/; exit 1 and name the files that differ
node scripts/build.ts --help     this text
`

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
  const bundle = await makeBundle()
  return option === '--check' ? check(bundle) : write(bundle)
}

function write(bundle: Bundle): number {
  mkdirSync(distFolder, {recursive: true})
  for (const name of readdirSync(distFolder)) if (!bundle.has(name)) rmSync(join(distFolder, name))
  for (const [name, bytes] of bundle) {
    writeFileSync(join(distFolder, name), bytes)
    process.stdout.write(`${String(bytes.length).padStart(9)}  dist/${name}\n`)
  }
  return 0
}

function check(bundle: Bundle): number {
  const present = new Set(readdirSync(distFolder))
  const wrong = [
    ...[...present].filter((name) => !bundle.has(name)).map((name) => `dist/${name} is not built by the sources`),
    ...[...bundle].flatMap(([name, bytes]) => {
      if (!present.has(name)) return [`dist/${name} is missing`]
      return readFileSync(join(distFolder, name)).equals(bytes)
        ? []
        : [`dist/${name} differs from what the sources build`]
    }),
  ]
  for (const line of wrong) process.stderr.write(`${line}\n`)
  if (wrong.length > 0) process.stderr.write('Run: npm run build\n')
  else process.stdout.write(`dist/ is what the sources build (${bundle.size} files)\n`)
  return wrong.length > 0 ? 1 : 0
}

process.exitCode = await main(process.argv.slice(2))
