/**
 * How many decisions a second the embedded store takes, one after the other: `node benchmarks/appends.ts [decisions]`. Each
 * is a claim, a reading and a commit with 20 KB of evidence. Prints the processor time of one, which a slow disk does not
 * change, and the rate, which it does.
 */
import {mkdtempSync, rmSync, statSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {decides, firstEntry, proposal, receiptOf, scopeOf, statementOf} from '../__tests__/stores/builders.ts'
import type {DecisionRecord} from '../issuer/model/record.ts'
import {type Embedded, openSqlite} from '../issuer/store/sqlite.ts'

const say = (words: string): void => void process.stdout.write(`${words}\n`)

const fact = '{"name":"change.approved","holds":true,"facts":["a","b"],"n":1234567},'
const texts = {evidence: fact.repeat(300), token: 'eyJhbGciOiJSUzI1NiJ9.'.repeat(120), policy: fact.repeat(40)}
/** As in a repository where many are alive at once. */
const alive = 20

async function decide({idempotency, store}: Embedded, n: number): Promise<void> {
  await idempotency.begin(statementOf(n), proposal(n))
  const read = await store.read(scopeOf())
  const change = decides({n, read: {...read, state: {...read.state, receipts: read.state.receipts.slice(-alive)}}})
  const records = change.appends.records.map((record) => ({
    ...(record as DecisionRecord),
    evidence: `${texts.evidence}${n}`,
    token: `${texts.token}${n}`,
    policy: texts.policy,
  }))
  const done = await store.commit({...change, appends: {...change.appends, records, read}})
  if (done !== 'committed') throw new Error(`decision ${n} was ${done}`)
}

const count = Number(process.argv[2] ?? 1000)
if (!(Number.isSafeInteger(count) && count >= 1)) throw new RangeError('give the number of decisions, such as 1000')
const folder = mkdtempSync(join(tmpdir(), 'countersign-appends-'))
const durable = openSqlite(join(folder, 'countersign.db'))
await durable.createLedger(firstEntry)
const numbers = Array.from({length: count}, (_, i) => i + 1)
// Signed before: what is measured is the store.
for (const n of numbers) receiptOf(n, {scope: {...scopeOf(), repository: 'octo-org/api-service'}})
const [cpu, from] = [process.cpuUsage(), performance.now()]
for (const n of numbers) await decide(durable, n)
const [{user, system}, ms] = [process.cpuUsage(cpu), performance.now() - from]
durable.close()
const size = statSync(join(folder, 'countersign.db')).size
rmSync(folder, {recursive: true})
say(
  `${count} decisions: ${Math.round((user + system) / count)} µs of processor time each, ` +
    `${Math.round((1000 * count) / ms)} a second on this disk, ${Math.round(size / count / 1024)} KB each`,
)
