/**
 * How fast proofs are verified, beside the bare primitives and npm's jose, turn by turn in one run:
 * `node benchmarks/throughput.ts`. Prints ratios and their limits; a ratio below its limit is said, and fails nothing.
 */
import {spawnSync} from 'node:child_process'
import {createHash, verify as verifyBare} from 'node:crypto'
import {join} from 'node:path'
import {parseArgs} from 'node:util'
import {jwtVerify} from 'jose'
import {verify} from '#protocol'
import {riskWeights} from '../issuer/policy/risk.ts'
import {changeRules, standingRules} from '../issuer/policy/rules.ts'
import {decidedAt, makeLedger, makeReceipt, makeToken, sha} from './proofs.ts'
import {type Measured, measure} from './rounds.ts'

const usage = `usage: node benchmarks/throughput.ts

Verifies tokens, a receipt and a ledger, each beside the bare primitive over the same bytes, and tokens beside npm's jose
too, turn by turn. Prints how often a second and the median ratio. Then the memory that a long ledger takes as a stream.
A ratio below its limit is said in words; the exit code is 1 only when a proof that must hold does not.`

const limits = {token: 0.35, jose: 1.5, receipt: 0.7, chain: 0.5} as const
/** Rounds shorter than a busy machine's time slice: most are then undisturbed, and the median is one of those. */
const plan = {rounds: 151, milliseconds: 4}
const ledgerSize = 1000
const streams = ['10000', '100000'] as const

function hold(verdict: boolean | {readonly valid: boolean}): void {
  if (verdict !== true && (verdict === false || !verdict.valid)) throw new Error(`refused: ${JSON.stringify(verdict)}`)
}

const say = (words: string): void => void process.stdout.write(`${words}\n`)
const note = (words: string): void => void process.stderr.write(`${words} …\n`)

function row(name: string, {rate}: Measured, words = ''): void {
  const times = Math.round(rate).toLocaleString('en')
  say(`  ${name.padEnd(46)}${times.padStart(9)}/s  ${words}`.trimEnd())
}

const ratio = (own: Measured, other: Measured, {of, limit}: {readonly of: string; readonly limit: number}): string => {
  const times = own.per(other)
  const verdict = times >= limit ? '' : ': BELOW ITS LIMIT here'
  return `${times.toFixed(2)} of ${of} (at least ${limit}${verdict})`
}

async function compareTokens(bits: number): Promise<void> {
  note(`tokens, RSA keys of ${bits} bits`)
  const rules = [...standingRules, ...changeRules].map(({name}) => name)
  const {text, key, jwk, message, signature} = makeToken(bits, {rules, factors: Object.keys(riskWeights)})
  const now = decidedAt + 10_000
  const issuer = 'https://countersign.example'
  const asJose = {algorithms: ['RS256'], issuer, audience: 'countersign-gate', currentDate: new Date(now)}
  const askJose = async (given: Parameters<typeof jwtVerify>[1]): Promise<void> => {
    hold((await jwtVerify(text, given, asJose)).payload['decision'] === 'ALLOW')
  }
  const jwkOfJose = {...jwk}
  const {bare, object, jwks, jose, joseJwk} = await measure(
    {
      bare: () => hold(verifyBare('sha256', message, key, signature)),
      object: () => hold(verify.token(text, key, {now, issuer})),
      jwks: () => hold(verify.token(text, jwk, {now, issuer})),
      jose: () => askJose(key),
      joseJwk: () => askJose(jwkOfJose),
    },
    plan,
  )
  say(`\nTokens, RS256 with ${bits} bits: ${text.length} characters, ${rules.length} policies`)
  row('bare crypto.verify, a KeyObject', bare)
  row('verify.token, the KeyObject', object, ratio(object, bare, {of: 'bare', limit: limits.token}))
  row('verify.token, its JWK', jwks, ratio(jwks, bare, {of: 'bare', limit: limits.token}))
  row("jose's jwtVerify, the KeyObject", jose)
  row("jose's jwtVerify, its JWK", joseJwk)
  say(`  verify.token to jose, the KeyObject: ${ratio(object, jose, {of: 'its speed', limit: limits.jose})}`)
  say(`  verify.token to jose, the JWK:       ${ratio(jwks, joseJwk, {of: 'its speed', limit: limits.jose})}`)
}

async function compareReceipts(): Promise<void> {
  note('a receipt')
  const {text, pin: keys, key, message, signature} = makeReceipt()
  const expect = {action: 'deploy', repositoryId: 1296269, sha, environment: 'production'}
  const {bare, receipt} = await measure(
    {
      bare: () => hold(verifyBare(null, message, key, signature)),
      receipt: () => hold(verify.receipt(text, {keys, expect})),
    },
    plan,
  )
  say(`\nReceipts, Ed25519: ${text.length} characters`)
  row('bare crypto.verify, a KeyObject', bare)
  row('verify.receipt', receipt, ratio(receipt, bare, {of: 'bare', limit: limits.receipt}))
}

async function compareChains(): Promise<void> {
  note('a ledger')
  const {lines, ...options} = makeLedger(ledgerSize)
  const text = lines.join('\n')
  const {bare, chain, anchored} = await measure(
    {
      bare: () => {
        for (const line of lines) {
          createHash('sha256').update(line).digest()
          JSON.parse(line)
        }
      },
      chain: () => hold(verify.chain(text)),
      anchored: () => hold(verify.chain(text, options)),
    },
    plan,
  )
  say(`\nLedgers of ${ledgerSize} entries, ${text.length} characters, whole ones`)
  row('bare SHA-256 and JSON.parse', bare)
  row('verify.chain', chain, ratio(chain, bare, {of: 'bare', limit: limits.chain}))
  row(
    'verify.chain with a checkpoint',
    anchored,
    `${anchored.per(bare).toFixed(2)} of bare: the tree is hashed as well`,
  )
}

/** Each in a process of its own, whose heap could not hold the longer one. */
function showMemory(): void {
  const script = join(import.meta.dirname, '..', 'scripts', 'ledger-ten-million.ts')
  say('\nMemory: verify.chain over a stream, in a heap of 40 MB')
  for (const entries of streams) {
    note(`a stream of ${entries} entries`)
    const args = ['--max-old-space-size=40', script, '--memory-only', entries]
    const {status, stdout, stderr} = spawnSync(process.execPath, args, {encoding: 'utf8'})
    if (status !== 0) throw new Error(`${entries} entries: ${stdout}${stderr}`)
    say(`  ${stdout.trimEnd().split('\n').at(-1) ?? ''}`)
  }
}

const {values} = parseArgs({options: {help: {type: 'boolean', short: 'h'}}})
if (values.help === true) say(usage)
else {
  say(`node ${process.version}; medians of rounds, turn by turn`)
  for (const bits of [3072, 2048]) await compareTokens(bits)
  await compareReceipts()
  await compareChains()
  showMemory()
}
