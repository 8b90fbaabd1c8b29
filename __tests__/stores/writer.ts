/**
 * A process that decides statements, run by processes.test.ts: `node writer.ts <database> <first> <count> <at once>`.
 * Prints the number of races that it lost. Needs no test runner, so that it can be killed like an issuer.
 */
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {decideStatement} from './deciding.ts'

const [path = '', first = '', count = '', atOnce = ''] = process.argv.slice(2)
const connections = Array.from({length: Number(atOnce)}, () => openSqlite(path))

process.stdout.write('ready\n')
const losses = await Promise.all(
  connections.map(async (durable, lane) => {
    let lost = 0
    for (let n = lane; n < Number(count); n += connections.length) {
      lost += await decideStatement(durable, {n: Number(first) + n})
    }
    return lost
  }),
)
for (const durable of connections) durable.close()
process.stdout.write(`${losses.reduce((sum, lost) => sum + lost, 0)}\n`)
