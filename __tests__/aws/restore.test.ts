/** A table that was put back from a backup (threats A48): nothing is appended to it until somebody shows that it is whole. */
import {
  CreateBackupCommand,
  DeleteTableCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  RestoreTableFromBackupCommand,
} from '@aws-sdk/client-dynamodb'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {verify} from '#protocol'
import {absent} from './cloud-stage.ts'
import {LambdaStage} from './lambda-stage.ts'
import {dynamoClient} from './tables.ts'

jest.setTimeout(300_000)

if (absent !== undefined) {
  test.skip(`a restored table (${absent})`, () => undefined)
} else {
  let stage: LambdaStage
  let client: DynamoDBClient
  let [early, whole]: [string, string] = ['', '']
  let newest: string
  let receiptId: string

  async function backUp(): Promise<string> {
    const made = await client.send(new CreateBackupCommand({TableName: stage.cloud.table, BackupName: 'backup'}))
    return made.BackupDetails?.BackupArn ?? ''
  }

  /** Under the very name that the functions know, which is the hardest to tell. */
  async function restore(BackupArn: string): Promise<void> {
    await stage.cloud.stop()
    await client.send(new DeleteTableCommand({TableName: stage.cloud.table}))
    await client.send(new RestoreTableFromBackupCommand({BackupArn, TargetTableName: stage.cloud.table}))
    stage.cloud.restart()
  }

  const checkpoint = async (): Promise<string> => await (await stage.get('/v1/ledger/checkpoint')).text()

  beforeAll(async () => {
    stage = await LambdaStage.open()
    client = dynamoClient(stage.emulator.dynamoUrl)
    await stage.order({begin: 'ledger'})
    await stage.openPullRequest()
    receiptId = (await stage.authorize()).id
    early = await backUp()
    await stage.authorize('staging')
    newest = await checkpoint()
    whole = await backUp()
  })
  afterAll(async () => {
    client.destroy()
    await stage.close()
  })

  test('whoever appends refuses to start on it and says why; what only reads goes on', async () => {
    await restore(whole)
    await expect(stage.order({})).rejects.toThrow('the table is a copy of the one that its ledger was written in')
    await expect(stage.cloud.worker.call({Records: []})).rejects.toThrow('A restored table')
    expect((await stage.get(`/v1/receipts/${receiptId}`)).status).toBe(200)
    expect((await stage.get(`/v1/receipts/${receiptId}/status`)).status).toBe(502)
    expect(await checkpoint()).toBe(newest)
  })

  test('it is taken for whole only with a checkpoint that the ledger key signed', async () => {
    await expect(stage.order({resume: 'ledger'})).rejects.toThrow('the newest checkpoint that anybody holds is needed')
    const others = [newest.replace(/^.*$/m, 'example.org/other'), newest.replace(/\n2\n|\n3\n/, '\n4\n'), 'newest', '']
    for (const note of others) {
      await expect(stage.order({resume: 'ledger', checkpoint: note})).rejects.toThrow('no checkpoint of the ledger')
    }
    await expect(stage.order({})).rejects.toThrow('the table is a copy')
  })

  test('a copy that lacks what the checkpoint covers stays refused: there would be two histories under one name', async () => {
    await restore(early)
    await expect(stage.order({resume: 'ledger', checkpoint: newest})).rejects.toThrow(
      'the ledger has 2 entries, its newest checkpoint covers 3',
    )
    await expect(stage.order({})).rejects.toThrow('the table is a copy')
  })

  test('a copy that holds all of it is gone on with, by processes that had refused it, under the same name', async () => {
    await restore(whole)
    await expect(stage.cloud.worker.call({Records: []})).rejects.toThrow('the table is a copy')
    const {ledgerKey} = await stage.order({resume: 'ledger', checkpoint: newest})
    const receipt = await stage.say('/deny production not today', async () => {
      const found = await stage.findReceipt()
      return found && (await stage.findStatus(found.id, 'revoked'))
    })
    expect(receipt).toContain('revoked')
    const after = await checkpoint()
    const {proof} = (await (await stage.get('/v1/ledger/consistency?from=3&to=5')).json()) as {proof: readonly string[]}
    expect(verify.consistency({previous: newest, checkpoint: after, ledgerKey, proof})).toMatchObject({valid: true})
    await expect(stage.order({resume: 'ledger', checkpoint: after})).rejects.toThrow('nothing to resume')
  })

  test('an end of the ledger that was put back by hand, below what is signed, is refused too', async () => {
    const place = {TableName: stage.cloud.table, Key: {pk: {S: 'head'}, sk: {S: '-'}}}
    const {Item: before} = await client.send(new GetItemCommand(place))
    await stage.order({rotate: {}})
    await stage.cloud.stop()
    await client.send(new PutItemCommand({TableName: place.TableName, Item: before}))
    stage.cloud.restart()
    await expect(stage.order({})).rejects.toThrow('The database is older than, or not, the one that was signed')
    await expect(stage.cloud.worker.call({Records: []})).rejects.toThrow('older than')
    expect((await stage.get('/.well-known/countersign-keys.json')).status).toBe(502)
  })
}
