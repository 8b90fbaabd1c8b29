/**
 * Verifies a ledger of ten million entries, made anew while it is read, and prints what memory and time it took:
 * `node scripts/ledger-ten-million.ts [--memory-only] [entries]`. Then the speed beside SHA-256 and JSON.parse over the same bytes.
 */
import {createHash, generateKeyPairSync, sign} from 'node:crypto'
import {parseArgs} from 'node:util'
import {checkpointText, printCheckpoint, printMicrosTime, printPublicKey, printVerifierKey, verify} from '#protocol'
import {GrowingTree} from '../src/protocol/ledger/growing-tree.ts'
import {emptyFrontier} from '../src/protocol/ledger/merkle.ts'

const origin = 'countersign.example/0123456789abcdef0123456789abcdef'
const digest = `sha256:${'2'.repeat(64)}`
const start = Date.UTC(2026, 0, 1) * 1000
const entriesInHand = 50_000
let mostHeap = 0

/** The lines of a ledger, each with its hash, written without the code that is to read them. */
function* makeLines(count: number): Generator<{readonly line: string; readonly hash: Buffer}> {
  let prev = '0'.repeat(64)
  for (let seq = 0; seq < count; seq++) {
    const id = String(seq).padStart(26, '0')
    const head =
      seq === 0
        ? `{"digests":{"keys":"${digest}"},"event":"ledger.created",`
        : `{"digests":{"decision":"dec_${id}","evidence":"${digest}","receipt":"${digest}","token":"${digest}"},"event":"receipt.issued",`
    const subject = seq === 0 ? origin : `rcpt_dg_${id}`
    const time = printMicrosTime(start + seq * 1_000_003)
    const tail = `"ledger":"${origin}","prev":"${prev}","seq":${seq},"subject":"${subject}","time":"${time}","type":"countersign.entry/v1"}`
    const hash = createHash('sha256').update(`\0${head}${tail}`).digest()
    prev = hash.toString('hex')
    yield {line: `${head}"hash":"${prev}",${tail}`, hash}
  }
}

/** As a server sends them: NDJSON in pieces that end anywhere. */
async function* makeStream(count: number): AsyncGenerator<Buffer> {
  let piece = ''
  for (const {line} of makeLines(count)) {
    piece += `${line}\n`
    if (piece.length < 65_536) continue
    mostHeap = Math.max(mostHeap, process.memoryUsage().heapUsed)
    yield Buffer.from(piece.slice(0, 65_000))
    piece = piece.slice(65_000)
  }
  yield Promise.resolve(Buffer.from(piece))
}

function signOver(count: number): {readonly checkpoint: string; readonly ledgerKey: string} {
  const tree = new GrowingTree(emptyFrontier)
  for (const {hash} of makeLines(count)) tree.append(hash)
  const {publicKey: spki, privateKey} = generateKeyPairSync('ed25519')
  const publicKey = printPublicKey(new Uint8Array(spki.export({format: 'der', type: 'spki'}).subarray(-32)))
  const head = {origin, size: count, root: tree.root()}
  const signature = new Uint8Array(sign(null, Buffer.from(checkpointText(head)), privateKey))
  return {
    checkpoint: printCheckpoint({...head, publicKey, signature}),
    ledgerKey: printVerifierKey(origin, publicKey),
  }
}

function print(words: string): void {
  process.stdout.write(`${words}\n`)
}

const megabytes = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MB`
const secondsSince = (from: number): number => (performance.now() - from) / 1000

async function verifyStream(count: number): Promise<void> {
  const options = signOver(count)
  const from = performance.now()
  const result = await verify.chain(makeStream(count), options)
  print(JSON.stringify(result))
  print(
    `${count} entries made and verified in ${secondsSince(from).toFixed(1)} s, ` +
      `heap at most ${megabytes(mostHeap)}, process at most ${megabytes(process.resourceUsage().maxRSS * 1024)}`,
  )
  if (!result.valid || result.anchored !== 'checkpoint' || result.entries !== count) process.exitCode = 1
}

function compareSpeed(count: number): void {
  const options = signOver(count)
  const text = Array.from(makeLines(count), ({line}) => `${line}\n`).join('')
  const lines = text.trimEnd().split('\n')
  for (let round = 0; round < 3; round++) {
    const bare = performance.now()
    for (const line of lines) {
      createHash('sha256').update(line).digest()
      JSON.parse(line)
    }
    const bareSeconds = secondsSince(bare)
    const chain = performance.now()
    const result = verify.chain(text)
    const chainSeconds = secondsSince(chain)
    const anchored = performance.now()
    const held = verify.chain(text, options)
    const anchoredSeconds = secondsSince(anchored)
    if (!result.valid || !held.valid) process.exitCode = 1
    print(
      `${count} entries: SHA-256 and JSON.parse ${bareSeconds.toFixed(2)} s; ` +
        `the chain ${(bareSeconds / chainSeconds).toFixed(2)} of their speed, ` +
        `with a checkpoint ${(bareSeconds / anchoredSeconds).toFixed(2)}`,
    )
  }
}

const {values, positionals} = parseArgs({options: {'memory-only': {type: 'boolean'}}, allowPositionals: true})
const count = Number(positionals[0] ?? 10_000_000)
if (!Number.isSafeInteger(count) || count < 1) throw new RangeError('give the number of entries, such as 10000000')
await verifyStream(count)
if (values['memory-only'] !== true) compareSpeed(entriesInHand)
