/** A stage on AWS whose queue is in the test's hands: what the worker is given, how often and when, and what came of it. */
import {ReceiveMessageCommand, SQSClient} from '@aws-sdk/client-sqs'
import {afterAll, afterEach, beforeAll, beforeEach, describe, jest, test} from '@jest/globals'
import {verify} from '#protocol'
import type {QueuedMessage} from '../../../issuer/inbox/sqs.ts'
import type {Taken} from '../../../issuer/model/inbox.ts'
import {chooseHome} from '../../acceptance/home.ts'
import {Stage, repository} from '../../acceptance/stage.ts'
import {audit} from '../../faults/statements.ts'
import {CloudIssuer} from '../cloud-issuer.ts'
import type {Cloud} from '../cloud.ts'
import {type Emulator, credentials, emulatorAbsent, region, startEmulator} from '../emulator.ts'
import {type LambdaProcess, buildLambda, runtimeAbsent} from '../lambda-process.ts'

/** A statement and the message that it became. */
export interface Said {
  readonly comment: number
  readonly message: QueuedMessage
}

export class HeldStage {
  readonly stage: Stage
  readonly emulator: Emulator
  readonly cloud: Cloud
  readonly #issuer: CloudIssuer
  readonly #sqs: SQSClient
  readonly #taken = new Set<string>()

  private constructor(stage: Stage, issuer: CloudIssuer, emulator: Emulator) {
    this.stage = stage
    this.emulator = emulator
    this.#issuer = issuer
    this.cloud = issuer.cloud
    this.#sqs = new SQSClient({endpoint: emulator.url, region, credentials})
  }

  /** From here nothing is delivered but by the test. */
  static async open(emulator: Emulator, env: Readonly<Record<string, string>> = {}): Promise<HeldStage> {
    let issuer: CloudIssuer | undefined
    chooseHome({
      start: async (options) => (issuer = await CloudIssuer.start(emulator, {...options, env})),
      lacks: {},
    })
    const stage = await Stage.open()
    // More is said in a minute than GitHub lets an App answer.
    stage.world.liftSecondaryLimits()
    if (issuer === undefined) throw new Error('the stage opened without its issuer')
    await stage.world.settled()
    await issuer.hold()
    return new HeldStage(stage, issuer, emulator)
  }

  /** What waits in one of the two queues. */
  async take(queue: 'withdrawals' | 'deliveries'): Promise<readonly QueuedMessage[]> {
    return await this.#takeFrom([queue])
  }

  /** Comments, and takes what the web function queued of it. */
  async say(body: string, by = 'octocat'): Promise<Said> {
    const {world, pullRequest} = this.stage
    const {id} = world.comment({repository, pullRequest, by, body})
    await world.settled()
    for (const end = Date.now() + 60_000; Date.now() < end;) {
      const message = (await this.#takeFrom(['withdrawals', 'deliveries'])).find((one) => isStatement(one, id))
      if (message !== undefined) return {comment: id, message}
    }
    const answers = world.hooks.deliveries.map(({event, statusCode}) => `${event}: ${statusCode}`)
    throw new Error(`nothing was queued of ${body}; the deliveries came to ${answers.join(', ')}`)
  }

  authorize(environment = 'production'): Promise<Said> {
    return this.say(`/authorize ${environment} ${this.stage.head}`)
  }

  /** Gives a batch to the worker; gives how many of it come again. Rejects when the function itself failed. */
  async deliver(messages: readonly QueuedMessage[], worker: LambdaProcess = this.cloud.worker): Promise<number> {
    const answer = (await worker.call({Records: messages})) as {readonly batchItemFailures: readonly unknown[]}
    return answer.batchItemFailures.length
  }

  /** What is wrong: nothing, when the ledger is whole and each of these was authorized once and said so once. */
  async auditAll(authorized: readonly Said[]): Promise<readonly string[]> {
    const problems = await audit(
      this.stage,
      authorized.map(({comment}) => comment),
    )
    return [...problems, ...(await this.auditLedger())]
  }

  /** The beat of the schedule, which signs the ledger's end; then why the chain does not verify to it, if so. */
  async auditLedger(): Promise<readonly string[]> {
    await this.cloud.schedule.call({})
    const {issuer} = this.stage
    const ask = async (path: string): Promise<string> => await (await fetch(`${issuer.url}${path}`)).text()
    const checkpoint = await ask('/v1/ledger/checkpoint')
    const entries = await ask('/v1/ledger/entries?start=0&count=1000')
    const chain = verify.chain(entries, {checkpoint, ledgerKey: issuer.ledgerKey})
    return chain.valid && chain.anchored === 'checkpoint' ? [] : [JSON.stringify(chain)]
  }

  /** From here the queue is worked off by itself again. */
  async release(): Promise<void> {
    await this.#issuer.restart()
  }

  /** Of all entries behind the first, in order. */
  async events(): Promise<readonly string[]> {
    const durable = this.#issuer.elsewhere.openStore()
    const entries = await durable.entries.entries(0, 1000)
    durable.close()
    return entries.slice(1).map(({event}) => event)
  }

  async letTimePass(ms: number): Promise<void> {
    await this.#issuer.elsewhere.letTimePass(ms)
  }

  async close(): Promise<void> {
    this.emulator.failWith(undefined)
    this.#sqs.destroy()
    await this.stage.close()
  }

  /** They stay in the queue, out of sight, so that the worker may put them off. */
  async #takeFrom(queues: readonly string[]): Promise<readonly QueuedMessage[]> {
    const received = await Promise.all(
      queues.map((queue) =>
        this.#sqs.send(
          new ReceiveMessageCommand({
            QueueUrl: `${this.emulator.url}/123456789012/${queue}`,
            MaxNumberOfMessages: 10,
            VisibilityTimeout: 3600,
          }),
        ),
      ),
    )
    const messages = received.flatMap(({Messages = []}) => Messages)
    const fresh = messages.filter(({MessageId: id = ''}) => !this.#taken.has(id))
    for (const {MessageId: id = ''} of fresh) this.#taken.add(id)
    return fresh.map(({MessageId: messageId = '', ReceiptHandle: receiptHandle = '', Body: body = ''}) => ({
      messageId,
      receiptHandle,
      body,
      attributes: {ApproximateReceiveCount: '1'},
    }))
  }
}

function isStatement({body}: QueuedMessage, comment: number): boolean {
  const {notice} = JSON.parse(body) as Taken
  return notice.kind === 'statement' && notice.statement.comment.id === comment
}

/** The same message as SQS gives it later. */
export const again = (message: QueuedMessage, count = 2): QueuedMessage => ({
  ...message,
  attributes: {ApproximateReceiveCount: String(count)},
})

/** The tests of each name on a new stage for each, or one skipped test that says why. */
export function describeHeld(
  groups: Readonly<Record<string, (the: () => HeldStage) => void>>,
  env: Readonly<Record<string, string>> = {},
): void {
  const absent = emulatorAbsent ?? runtimeAbsent
  if (absent !== undefined) return test.skip(`${Object.keys(groups).join(', ')} (${absent})`, () => undefined)
  jest.setTimeout(300_000)
  let emulator: Emulator
  let held: HeldStage
  beforeAll(async () => {
    await buildLambda()
    emulator = await startEmulator()
  })
  afterAll(() => emulator.close())
  beforeEach(async () => {
    await emulator.empty()
    held = await HeldStage.open(emulator, env)
  })
  afterEach(() => held.close())
  for (const [name, tests] of Object.entries(groups)) describe(name, () => tests(() => held))
}
