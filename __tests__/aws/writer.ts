/**
 * A process that decides statements in a table: `node writer.ts <endpoint> <table> <first> <count> <at once>`. Prints
 * the number of races that it lost. Needs no test runner, so that it can be killed like an issuer.
 */
import {openDynamodb} from '../../issuer/store/dynamodb.ts'
import {decideStatement} from '../stores/deciding.ts'
import {dynamoClient} from './tables.ts'

const [endpoint = '', table = '', first = '', count = '', atOnce = ''] = process.argv.slice(2)
const stores = Array.from({length: Number(atOnce)}, () => openDynamodb(table, dynamoClient(endpoint)))

process.stdout.write('ready\n')
const losses = await Promise.all(
  stores.map(async (durable, lane) => {
    let lost = 0
    for (let n = lane; n < Number(count); n += stores.length) {
      lost += await decideStatement(durable, {n: Number(first) + n})
    }
    return lost
  }),
)
process.stdout.write(`${losses.reduce((sum, lost) => sum + lost, 0)}\n`)
