/**
 * Exports and verifies an audit pack of ten thousand receipts, each command in a heap that could not hold it:
 * `node scripts/pack-ten-thousand.ts [receipts]` prints what time and memory they took. The store is filled first, by the
 * issuer's own code; that takes longest.
 */
import {spawnSync} from 'node:child_process'
import {join} from 'node:path'
import {ExportStage} from '../__tests__/issuer/export/stage.ts'

const heapMegabytes = 40
const first = Date.parse('2026-04-01T00:00:00Z')
const root = join(import.meta.dirname, '..')

const print = (words: string): void => void process.stdout.write(`${words}\n`)

/** A decision every four minutes: ten thousand of them fill April. */
async function fillStore(stage: ExportStage, receipts: number): Promise<void> {
  for (let n = 0; n < receipts; n++) await stage.decide({at: new Date(first + n * 240_000).toISOString()})
  await stage.sign()
}

/** Says on standard error, when it ends, how much memory the process had at most. */
const watching =
  'data:text/javascript,process.on("exit",()=>process.stderr.write(`${process.resourceUsage().maxRSS}\\n`))'

function run(program: string, words: readonly string[], env: Readonly<Record<string, string>> = {}): string {
  const from = performance.now()
  const {status, stdout, stderr} = spawnSync(
    process.execPath,
    [`--max-old-space-size=${heapMegabytes}`, '--import', watching, join(root, program), ...words],
    {encoding: 'utf8', env: {PATH: process.env['PATH'], ...env}, maxBuffer: 2 ** 30},
  )
  const seconds = (performance.now() - from) / 1000
  const memory = Number(stderr.trimEnd().split('\n').at(-1)) / 1024
  if (status !== 0) throw new Error(`${program} ended with ${status ?? 'a signal'}: ${stdout}${stderr}`)
  const name = words[0] ?? ''
  print(`${name}: ${seconds.toFixed(1)} s, process at most ${memory.toFixed(0)} MB, heap at most ${heapMegabytes} MB`)
  return stdout
}

async function main(receipts: number): Promise<void> {
  const stage = await ExportStage.open()
  try {
    await fillStore(stage, receipts)
    const folder = stage.newFolder()
    const env = {COUNTERSIGN_STORE: `sqlite:${join(stage.issuer.folder, 'countersign.db')}`}
    const period = ['--from', '2026-04-01', '--to', '2026-05-01']
    print(run('issuer/cli/main.ts', ['export', ...period, '--out', folder], env).trimEnd())
    const pins = (await stage.pins).flatMap((pin) => ['--key', pin])
    const words = ['verify', folder, ...pins, '--ledger-key', stage.ledgerKey, '--json']
    print(run('src/cli/main.ts', words).trimEnd())
  } finally {
    stage.close()
  }
}

const receipts = Number(process.argv[2] ?? 10_000)
if (!(Number.isSafeInteger(receipts) && receipts >= 1 && receipts <= 10_800)) {
  throw new RangeError('give the number of receipts, from 1 to 10800')
}
await main(receipts)
