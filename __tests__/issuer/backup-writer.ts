/** A process that appends about 200 decisions a second to a database until its input ends: `node backup-writer.ts <database>`. */
import {setTimeout as sleep} from 'node:timers/promises'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {at, scopeOf, statementOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'

const durable = openSqlite(process.argv[2] ?? '')
process.stdin.resume()
const begun = performance.now()
for (let n = 1; !process.stdin.readableEnded; n++) {
  // Each in a scope of its own, whose state stays small; and no issuer is to publish it.
  const scope = scopeOf(n)
  await decideStatement(durable, {n, scope})
  await durable.outbox.markPublished(statementOf(n, scope), at)
  await sleep(Math.max(0, begun + 5 * n - performance.now()))
}
durable.close()
