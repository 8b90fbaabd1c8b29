/** Builds the package @countersign/verify into build/sdk/, ready for npm pack. */
import {rmSync} from 'node:fs'
import {join} from 'node:path'
import {buildSdk} from './sdk-package.ts'

const usage = `node scripts/sdk.ts           build the package into build/sdk/
node scripts/sdk.ts --help    this text

Pack it with: npm pack ./build/sdk
`

async function main(arguments_: readonly string[]): Promise<number> {
  if (arguments_.length === 1 && arguments_[0] === '--help') {
    process.stdout.write(usage)
    return 0
  }
  if (arguments_.length > 0) {
    process.stderr.write(`unknown: ${arguments_.join(' ')}\n\n${usage}`)
    return 2
  }
  const folder = join(import.meta.dirname, '..', 'build', 'sdk')
  rmSync(folder, {recursive: true, force: true})
  await buildSdk(folder)
  return 0
}

process.exitCode = await main(process.argv.slice(2))
