/** Makes docs/vectors/ anew, with new keys that are thrown away: only what they signed and their public halves stay. */
import {mkdirSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {format, resolveConfig} from 'prettier'
import type {Vectors} from './vectors/cases.ts'
import {chainVectors} from './vectors/chains.ts'
import {evidenceVectors} from './vectors/evidence.ts'
import {SampleLedger} from './vectors/ledger.ts'
import {checkpointVectors, consistencyVectors, inclusionVectors} from './vectors/ledger-proofs.ts'
import {receiptVectors} from './vectors/receipts.ts'
import {revocationVectors} from './vectors/revocations.ts'
import {statusVectors} from './vectors/statuses.ts'
import {tokenVectors} from './vectors/tokens.ts'

const usage = `node scripts/vectors.ts           make docs/vectors/ anew (every key and signature changes)
node scripts/vectors.ts --help    this text
`

async function main(arguments_: readonly string[]): Promise<number> {
  if (arguments_.length > 0) {
    const isHelp = arguments_.length === 1 && arguments_[0] === '--help'
    process[isHelp ? 'stdout' : 'stderr'].write(usage)
    return isHelp ? 0 : 2
  }
  const folder = join(import.meta.dirname, '..', 'docs', 'vectors')
  mkdirSync(folder, {recursive: true})
  for (const [name, vectors] of Object.entries(makeVectors())) {
    const file = join(folder, `${name}.json`)
    const style = await resolveConfig(file)
    writeFileSync(file, await format(JSON.stringify(vectors), {...style, filepath: file}))
    process.stdout.write(`${String(vectors.cases.length).padStart(4)} cases  docs/vectors/${name}.json\n`)
  }
  return 0
}

function makeVectors(): Readonly<Record<string, Vectors>> {
  const ledger = new SampleLedger()
  return {
    receipt: receiptVectors(),
    token: tokenVectors(),
    evidence: evidenceVectors(),
    revocation: revocationVectors(),
    status: statusVectors(),
    chain: chainVectors(ledger),
    checkpoint: checkpointVectors(ledger),
    inclusion: inclusionVectors(ledger),
    consistency: consistencyVectors(ledger),
  }
}

process.exitCode = await main(process.argv.slice(2))
