/** Makes docs/refusals.md and the README's table of refusals from the codes, or with --check says whether they are current. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join, relative} from 'node:path'
import {format, resolveConfig} from 'prettier'
import {proofFaults, refusalCodes} from '#protocol'
import {proofFaultRows} from './refusals/proof-fault-rows.ts'
import {firstRefusals, refusalRows} from './refusals/refusal-rows.ts'

const root = join(import.meta.dirname, '..')
const usage = `node scripts/refusals.ts            make docs/refusals.md and the README's table of refusals
node scripts/refusals.ts --check    exit 1 when they are not what the codes say
node scripts/refusals.ts --help     this text
`

async function main(arguments_: readonly string[]): Promise<number> {
  const [option = '', ...more] = arguments_
  if (more.length > 0 || !['', '--check', '--help'].includes(option)) {
    process.stderr.write(`unknown: ${arguments_.join(' ')}\n\n${usage}`)
    return 2
  }
  if (option === '--help') {
    process.stdout.write(usage)
    return 0
  }
  const stale: string[] = []
  for (const [path, render] of pages) {
    const current = readFileSync(path, 'utf8')
    const text = await format(render(current), {...(await resolveConfig(path)), filepath: path})
    if (option === '') writeFileSync(path, text)
    else if (text !== current) stale.push(relative(root, path))
  }
  if (stale.length === 0) return 0
  process.stderr.write(`${stale.join(' and ')}: not what the codes say. Run: node scripts/refusals.ts\n`)
  return 1
}

const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.map(cell).join(' | ')} |`).join('\n')

const cell = (text: string): string => text.replaceAll('|', '\\|')

const renderPage = (): string => `# Refusals

<!-- Made by scripts/refusals.ts from the codes and scripts/refusals/: change those, and run npm run build. -->

When the gate refuses, the job fails and the output \`reason-code\` holds one of these codes. The annotation and the job
summary say the same with the names and numbers of your case. Codes are part of the interface: they do not change
within a major version, and each has one meaning. The sentences may change.

${table(
  ['Code', 'What happened', 'What to do'],
  refusalCodes.map((code) => [`\`${code}\``, refusalRows[code].what, refusalRows[code].fix]),
)}

## Faults of other proofs

What \`verify.token\`, \`verify.evidence\`, \`verify.revocation\`, \`verify.status\` and the functions of the ledger answer beside
\`{"valid": false}\`. They too may say \`input_invalid\`, for options that are not in their form, and \`internal_error\`.

${table(
  ['Code', 'What happened', 'What to do'],
  Object.entries(proofFaults).map(([code, {fix}]) => [
    `\`${code}\``,
    proofFaultRows[code as keyof typeof proofFaults],
    fix,
  ]),
)}
`

const [begin, end] = ['<!-- refusals -->', '<!-- /refusals -->']

function renderReadme(current: string): string {
  const [before, rest] = current.split(begin)
  const after = rest?.split(end)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md has no ${begin} … ${end}`)
  const rows = Object.entries(firstRefusals).map(([code, words]) => [`\`${code}\``, words])
  return `${before}${begin}\n\n${table(['code', 'what to do'], rows)}\n\n${end}${after}`
}

const pages = [
  [join(root, 'docs', 'refusals.md'), renderPage],
  [join(root, 'README.md'), renderReadme],
] as const

process.exitCode = await main(process.argv.slice(2))
