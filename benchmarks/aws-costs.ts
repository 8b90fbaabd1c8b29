/**
 * What one approval asks of AWS, counted in a run over the emulator: DynamoDB's units by its own rules for the sizes that
 * are written and read, signatures, function calls, queued messages: `node benchmarks/aws-costs.ts`.
 */
import {DynamoDBClient, ScanCommand} from '@aws-sdk/client-dynamodb'
import {type DynamoRequest, credentials, region} from '../__tests__/aws/emulator.ts'
import {tableDefinition} from '../issuer/store/dynamodb-schema.ts'
import {planJob} from '../sandbox/runner/plan.ts'
import {Runner} from '../sandbox/runner.ts'
import {type CloudStage, absent, openCloud, repository} from '../__tests__/aws/cloud-stage.ts'
import {type Item, type Value, sizeOf, units} from './dynamo-sizes.ts'

const say = (words: string): void => void process.stdout.write(`${words}\n`)
const keyOf = (item: Item): string => `${item['pk']?.S ?? ''} ${item['sk']?.S ?? ''}`

/** One item that a request names: written with its content, changed, or read. */
interface Touched {
  readonly kind: 'write' | 'read'
  readonly key: string
  /** Absent of a change: the item's size is then the one that it has in the end. */
  readonly item?: Item | undefined
  /** Transactions count twice, reads that may lag half. */
  readonly factor: number
  /** Whether an index entry is written too. */
  readonly indexes: boolean
}

interface CostCase {
  readonly Item?: Item
  readonly Key?: Item
  readonly ConsistentRead?: boolean
  readonly TransactItems?: readonly Readonly<Record<string, CostCase>>[]
  readonly RequestItems?: Readonly<Record<string, {readonly Keys: readonly Item[]; readonly ConsistentRead?: boolean}>>
}

function* touchedBy({operation, body}: Pick<DynamoRequest, 'operation' | 'body'>): Generator<Touched> {
  const asked = JSON.parse(body) as CostCase
  if (operation === 'TransactWriteItems') {
    for (const write of asked.TransactItems ?? []) for (const one of Object.values(write)) yield written(one, 2)
  } else if (operation === 'BatchGetItem') {
    for (const {Keys, ConsistentRead = false} of Object.values(asked.RequestItems ?? {})) {
      for (const key of Keys) yield {kind: 'read', key: keyOf(key), factor: ConsistentRead ? 1 : 0.5, indexes: false}
    }
  } else if (/^(?:Put|Update|Delete)Item$/.test(operation)) yield written(asked, 1)
  // What a query finds is not in its request: one unit each is about right for these small answers.
  else if (operation === 'Query')
    yield {kind: 'read', key: '', factor: asked.ConsistentRead === true ? 1 : 0.5, indexes: false}
}

const written = (asked: CostCase, factor: number): Touched => ({
  kind: 'write',
  key: keyOf(asked.Item ?? asked.Key ?? {}),
  item: asked.Item,
  factor,
  // Of the changes only those of the outbox are in an index.
  indexes: asked.Item !== undefined || JSON.stringify(asked).includes('outbox'),
})

class Counter {
  readonly #stage: CloudStage
  readonly #phases = new Map<string, {touched: Touched[]; counts: Map<string, number>}>()
  #phase = 'before'

  constructor(stage: CloudStage) {
    this.#stage = stage
    const {cloud, emulator} = stage
    emulator.failWith((request) => {
      this.#current().touched.push(...touchedBy(request))
      return undefined
    })
    for (const name of ['web', 'receipts', 'worker', 'schedule'] as const) {
      const call = cloud[name].call.bind(cloud[name])
      cloud[name].call = async (event) => {
        this.#count(name, 1)
        return await call(event)
      }
    }
  }

  async during(phase: string, work: () => Promise<void>): Promise<void> {
    const {cloud, github} = this.#stage
    this.#phase = phase
    const written = (): number =>
      [cloud.web, cloud.receipts, cloud.worker, cloud.schedule].reduce((total, {output}) => total + output.length, 0)
    const [signed, asked, logged] = [cloud.kms.asked.length, github.world.requests.length, written()]
    await work()
    await this.#untilQuiet()
    this.#count('signatures', cloud.kms.asked.slice(signed).filter(({operation}) => operation === 'Sign').length)
    this.#count('requests to GitHub', github.world.requests.length - asked)
    this.#count('bytes of log', written() - logged)
  }

  async report(): Promise<void> {
    const sizes = await this.#readSizes()
    for (const [phase, {touched, counts}] of this.#phases) {
      if (phase === 'before') continue
      const sum = (kind: Touched['kind'], block: number): number =>
        touched.filter((one) => one.kind === kind).reduce((total, one) => total + unitsOf(one, sizes, block), 0)
      const stored = new Set(touched.filter(({kind}) => kind === 'write').map(({key}) => key))
      const bytes = [...stored].reduce((total, key) => total + sizeOf(sizes.get(key) ?? {}), 0)
      const others = [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
      say(
        `${phase}\n  write units ${sum('write', 1024)}, read units ${sum('read', 4096)}, items of ${bytes} bytes, ${others}`,
      )
    }
  }

  #current(): {touched: Touched[]; counts: Map<string, number>} {
    const known = this.#phases.get(this.#phase) ?? {touched: [], counts: new Map<string, number>()}
    this.#phases.set(this.#phase, known)
    return known
  }

  #count(name: string, more: number): void {
    const {counts} = this.#current()
    counts.set(name, (counts.get(name) ?? 0) + more)
  }

  async #untilQuiet(): Promise<void> {
    const {cloud, github} = this.#stage
    for (let empty = 0; empty < 3;) {
      await github.world.settled()
      const messages = await cloud.deliver()
      this.#count('queued messages', messages)
      empty = messages === 0 ? empty + 1 : 0
    }
  }

  async #readSizes(): Promise<ReadonlyMap<string, Item>> {
    const {cloud, emulator} = this.#stage
    const client = new DynamoDBClient({endpoint: emulator.url, region, credentials})
    const {Items = []} = await client.send(new ScanCommand({TableName: cloud.table}))
    client.destroy()
    return new Map(Items.map((item) => item as Readonly<Record<string, Value>>).map((item) => [keyOf(item), item]))
  }
}

function unitsOf({key, item, factor, indexes}: Touched, sizes: ReadonlyMap<string, Item>, block: number): number {
  const whole = item ?? sizes.get(key) ?? {}
  const own = factor * units(sizeOf(whole), block)
  return own + (indexes ? indexedUnits(whole) : 0)
}

/** An index is written after the transaction, once for each of its entries, with what it carries. */
function indexedUnits(item: Item): number {
  return tableDefinition.GlobalSecondaryIndexes.reduce((total, {KeySchema, Projection}) => {
    const keys = KeySchema.map(({AttributeName}) => AttributeName)
    if (!keys.every((name) => name in item)) return total
    const carried = new Set(['pk', 'sk', ...keys, ...Projection.NonKeyAttributes])
    const entry = Object.fromEntries(Object.entries(item).filter(([name]) => carried.has(name)))
    return total + units(sizeOf(entry), 1024)
  }, 0)
}

async function run(stage: CloudStage): Promise<void> {
  const {cloud, github} = stage
  const {world} = github
  const {pin} = (await cloud.schedule.call({})) as {readonly pin: string}
  const counter = new Counter(stage)
  let [pullRequest, sha] = [0, '']
  await counter.during('A pull request is opened: its panel', async () => {
    const [message, files] = ['Add feature', {'feature.txt': 'feature\n'}]
    await world.push({repository, branch: 'feature', pusher: 'hubot', message, files})
    const opened = await world.openPullRequest({repository, head: 'feature', author: 'hubot', title: message})
    pullRequest = opened.number
  })
  await counter.during('It is merged', async () => {
    ;({sha} = await world.mergePullRequest({repository, pullRequest, by: 'octocat'}))
  })
  await counter.during('The merged commit is authorized: /authorize, decision, receipt, reply', async () => {
    world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${sha}`})
    await world.settled()
  })
  await counter.during('It is deployed: a gate with issuer-url, which reports begin and end', async () => {
    await deploy(stage, pin)
  })
  await counter.during('The schedule signs what was appended last', async () => {
    await cloud.schedule.call({})
  })
  await counter.during('The schedule finds nothing to do', async () => {
    await cloud.schedule.call({})
  })
  await counter.report()
}

async function deploy({cloud, github}: CloudStage, pin: string): Promise<void> {
  const permissions = {contents: 'read', checks: 'read', id_token: 'write'} as const
  const trigger = {event: 'push', branch: 'main'} as const
  const runner = await Runner.start(await planJob(github.world, {repository, actor: 'octocat', trigger, permissions}))
  try {
    await runner.checkout({})
    const given = {environment: 'production', 'public-key': pin, 'issuer-url': cloud.url}
    const step = {action: `${import.meta.dirname}/..`, with: given}
    const main = await runner.run(step)
    if (main.outputs['authorized'] !== 'true') throw new Error(`the gate refused: ${main.stdout}`)
    await runner.post(step, main)
  } finally {
    await runner.close()
  }
}

if (absent !== undefined) say(`The count is skipped: ${absent}.`)
else {
  const stage = await openCloud()
  await stage.cloud.schedule.call({begin: 'ledger'})
  try {
    await run(stage)
  } finally {
    await stage.close()
  }
}
