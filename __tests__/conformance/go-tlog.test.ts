/** Go's transparency log code (golang.org/x/mod/sumdb, as Debian has it) on our checkpoints, hashes and proofs. */
import {spawnSync} from 'node:child_process'
import {existsSync, mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'
import {expect, test} from '@jest/globals'
import {canonicalJson} from '#protocol'
import {
  ledgerKey,
  makeLedger,
  origin,
  proveConsistency,
  proveInclusion,
  rootOf,
  sign,
} from '../protocol/ledger-builders.ts'

const library = '/usr/share/gocode/src/golang.org/x/mod/sumdb/tlog'
const absent = [
  ...(spawnSync('go', ['version']).status === 0 ? [] : ['golang-go']),
  ...(existsSync(library) ? [] : ['golang-golang-x-mod-dev']),
]
const maybe = absent.length === 0 ? test : test.skip
const reason = absent.length === 0 ? '' : ` (absent: ${absent.join(', ')})`

const entries = makeLedger(21)
const stray = 'ab'.repeat(32)
const sizes = [1, 2, 3, 7, 8, 13, 21]

const inclusion = sizes.flatMap((size) =>
  entries.slice(0, size).map(({hash, ...body}) => ({
    seq: body.seq,
    size,
    content: canonicalJson(body),
    hash,
    root: rootOf(entries.slice(0, size)),
    proof: proveInclusion(entries.slice(0, size), {seq: body.seq, size}),
  })),
)
const consistency = sizes.flatMap((to) =>
  sizes
    .filter((from) => from <= to)
    .map((from) => ({
      from,
      to,
      fromRoot: rootOf(entries.slice(0, from)),
      toRoot: rootOf(entries.slice(0, to)),
      proof: proveConsistency(entries.slice(0, to), {from, to}),
    })),
)

/** The answers, one for each checkpoint, inclusion and consistency proof, in that order. */
function askGo(question: object): unknown {
  const cache = mkdtempSync(join(tmpdir(), 'countersign-go-'))
  try {
    const env = {...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '', GOCACHE: cache}
    const script = fileURLToPath(new URL('tlog.go', import.meta.url))
    const run = spawnSync('go', ['run', script], {env, input: JSON.stringify(question), encoding: 'utf8'})
    if (run.status !== 0) throw new Error(run.stderr)
    return JSON.parse(run.stdout)
  } finally {
    rmSync(cache, {recursive: true, force: true})
  }
}

maybe(
  `Go opens our checkpoints, computes our hashes and takes our proofs, and none that was changed${reason}`,
  () => {
    const checkpoint = sign(entries)
    const answers = askGo({
      key: ledgerKey,
      checkpoints: [checkpoint, checkpoint.replace('\n21\n', '\n22\n')],
      inclusion: [...inclusion, ...inclusion.map((one) => ({...one, root: stray}))],
      consistency: [...consistency, ...consistency.map((one) => ({...one, toRoot: stray}))],
    })
    expect(answers).toEqual([
      ...[`${origin} 21 ${rootOf(entries)}`, 'refused'],
      ...[...inclusion.map(() => 'verified'), ...inclusion.map(() => 'refused')],
      ...[...consistency.map(() => 'verified'), ...consistency.map(() => 'refused')],
    ])
  },
  180_000,
)
