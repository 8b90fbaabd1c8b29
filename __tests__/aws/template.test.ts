/** infra/template.yaml: AWS's own validator takes it, its table is the store's, and each role may do what the code asks. */
import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {RegoEngine, TemplateFile} from '@aws/cloudformation-validate'
import {describe, expect, test} from '@jest/globals'
import {lostRace} from '../../issuer/home/aws/open.ts'
import {lateRevocation} from '../../issuer/inbox/telling.ts'
import {expiryAttribute, tableDefinition} from '../../issuer/store/dynamodb-schema.ts'
import {findDenied} from './grants.ts'
import {
  actionsOf,
  collisions,
  findEmpty,
  generatedIds,
  idsOf,
  keyStatements,
  parseTemplate,
  path,
  propertiesOf,
  resources,
  root,
  statementsOf,
  template,
} from './template.ts'

const keys = idsOf('AWS::KMS::Key')
const roles = idsOf('AWS::IAM::Role')

test('the validator finds nothing wrong with it', () => {
  const engine = new RegoEngine()
  const {diagnostics} = engine.validateStandard(new TemplateFile(path))
  engine.free()
  // It does not carry out SAM's transform. W2509 takes parameters for passwords that hold the ARN of a secret.
  const isAdded = (message: string): boolean =>
    generatedIds(template).some((id) =>
      [`GetAtt '${id}.`, `Fn::Sub variable '\${${id}.`].some((on) => message.startsWith(on)),
    )
  const found = diagnostics.filter(
    ({severity, ruleId, message}) => severity !== 'INFO' && ruleId !== 'W2509' && !isAdded(message),
  )
  expect(found.map(({ruleId, message}) => `${ruleId} ${message}`)).toEqual([])
})

test('the validator is awake: it sees a resource that does not exist', () => {
  const engine = new RegoEngine()
  const {diagnostics} = engine.validateStandard(new TemplateFile(join(import.meta.dirname, 'broken-template.yaml')))
  engine.free()
  expect(diagnostics.some(({severity}) => severity === 'FATAL' || severity === 'ERROR')).toBe(true)
})

test('no resource has the logical id of one that SAM adds', () => {
  expect(collisions(template)).toEqual([])
  expect(generatedIds(template)).toContain('WebUrl')
  const doubled = parseTemplate(`Resources:
  Web: {Type: 'AWS::Serverless::Function', Properties: {FunctionUrlConfig: {AuthType: NONE}, Events: {Tick: {Type: Schedule}}}}
  WebUrl: {Type: 'AWS::Lambda::Url'}
  WebURLInvokeAllowPublicAccess: {Type: 'AWS::Lambda::Permission'}
  WebTickPermission: {Type: 'AWS::Lambda::Permission'}
  WebRole: {Type: 'AWS::IAM::Role'}`)
  expect([...collisions(doubled)].sort()).toEqual([
    'WebRole',
    'WebTickPermission',
    'WebURLInvokeAllowPublicAccess',
    'WebUrl',
  ])
})

test('nothing in it is left empty, and every statement says who, what and which', () => {
  expect(findEmpty(template)).toEqual([])
  const role = (policy: string) => findEmpty(parseTemplate(`Resources: {Role: {AssumeRolePolicyDocument: ${policy}}}`))
  const trusted = '{Effect: Allow, Action: sts:AssumeRole, Principal: {Service: lambda.amazonaws.com}}'
  expect(role(`{Statement: [${trusted}]}`)).toEqual([])
  for (const damaged of ['{Statement: }', '{Statement: []}', '{}', '{Statement: {}}', `{Statement: ${trusted}}`]) {
    expect(role(damaged)).not.toEqual([])
  }
  for (const [member] of trusted.slice(1, -1).matchAll(/\w+: (?:\{[^}]*\}|[^,]+)/g)) {
    expect(role(`{Statement: [${trusted.replace(member, 'Sid: X')}]}`)).not.toEqual([])
  }
})

describe('the table', () => {
  test('is the one that the store works on', () => {
    const made = Object.entries(propertiesOf('Table')).filter(([name]) => name in tableDefinition)
    expect(Object.fromEntries(made)).toEqual(tableDefinition)
  })

  test('forgets by the attribute that the store writes, can be put back to any second, and is not deleted', () => {
    expect(resources['Table']?.DeletionPolicy).toBe('Retain')
    expect(propertiesOf('Table')).toMatchObject({
      TimeToLiveSpecification: {AttributeName: expiryAttribute, Enabled: true},
      PointInTimeRecoverySpecification: {PointInTimeRecoveryEnabled: true},
      DeletionProtectionEnabled: true,
    })
  })
})

/** What each request of the code needs; a transaction needs what it is made of. */
const needs: Readonly<Record<string, readonly string[]>> = {
  BatchGetItem: ['dynamodb:BatchGetItem'],
  DescribeTable: ['dynamodb:DescribeTable'],
  Query: ['dynamodb:Query'],
  PutItem: ['dynamodb:PutItem'],
  TransactWriteItems: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  Invoke: ['lambda:InvokeFunction'],
  SendMessage: ['sqs:SendMessage'],
  ChangeMessageVisibility: ['sqs:ChangeMessageVisibility'],
  GetSecretValue: ['secretsmanager:GetSecretValue'],
  DescribeSecret: ['secretsmanager:DescribeSecret'],
  PutSecretValue: ['secretsmanager:PutSecretValue'],
  GetPublicKey: ['kms:GetPublicKey'],
  Sign: ['kms:Sign'],
}
/** What Lambda itself asks in the name of the worker. */
const lambdaAsks = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes']
const everyFunction = ['logs:CreateLogStream', 'logs:PutLogEvents']

function asks(): ReadonlySet<string> {
  const files = globSync('issuer/**/*.ts', {cwd: root}).map((file) => readFileSync(join(root, file), 'utf8'))
  const commands = files
    .filter((text) => text.includes('@aws-sdk/'))
    .flatMap((text) => [...text.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name))
  const unknown = commands.filter((name) => needs[name] === undefined)
  expect(unknown).toEqual([])
  return new Set(commands.flatMap((name) => needs[name] ?? []))
}

describe('the roles', () => {
  test('together may do what the code asks for, and nothing else', () => {
    const granted = new Set(roles.flatMap((role) => statementsOf(role).flatMap(actionsOf)))
    const expected = [...asks()].filter((action) => !action.startsWith('kms:'))
    expect([...granted].sort()).toEqual([...expected, ...lambdaAsks, ...everyFunction].sort())
  })

  test('name what they are for, and never everything', () => {
    for (const statement of roles.flatMap(statementsOf)) {
      expect(JSON.stringify(statement.Resource)).not.toContain('"*"')
      expect(actionsOf(statement).filter((action) => action.includes('*'))).toEqual([])
    }
  })

  const grantsOf = (role: string, resource: string): readonly string[] =>
    statementsOf(role)
      .filter((statement) => [statement.Resource].flat().includes(resource))
      .flatMap(actionsOf)
      .sort()

  const reading = ['dynamodb:BatchGetItem', 'dynamodb:Query']
  const appending = [
    'dynamodb:BatchGetItem',
    'dynamodb:DescribeTable',
    'dynamodb:PutItem',
    'dynamodb:Query',
    'dynamodb:UpdateItem',
  ]
  const working = ['ChangeMessageVisibility', 'DeleteMessage', 'GetQueueAttributes', 'ReceiveMessage', 'SendMessage']
  test.each([
    [
      'WebRole',
      {table: reading, indexes: [], queue: ['sqs:SendMessage'], receipts: ['lambda:InvokeFunction'], evidence: []},
    ],
    ['ReceiptsRole', {table: appending, indexes: ['dynamodb:Query'], queue: [], receipts: [], evidence: []}],
    [
      'WorkerRole',
      {
        table: appending,
        indexes: ['dynamodb:Query'],
        queue: working.map((action) => `sqs:${action}`),
        receipts: [],
        evidence: ['secretsmanager:GetSecretValue'],
      },
    ],
  ])('%s may do this and no more', (role, {table, indexes, queue, receipts, evidence}) => {
    expect(grantsOf(role, 'Table.Arn')).toEqual(table)
    expect(grantsOf(role, '${Table.Arn}/index/*')).toEqual(indexes)
    for (const one of ['Withdrawals.Arn', 'Deliveries.Arn']) expect(grantsOf(role, one)).toEqual(queue)
    expect(grantsOf(role, 'Receipts.Arn')).toEqual(receipts)
    expect(grantsOf(role, 'EvidenceSecretArn')).toEqual(evidence)
  })

  test('the web function reads the partitions that pages are made of, and of indexes what happened to a receipt', () => {
    const reading = statementsOf('WebRole').filter((one) => actionsOf(one).includes('dynamodb:Query'))
    expect(reading.map(({Resource: resource}) => resource)).toEqual(['Table.Arn', '${Table.Arn}/index/receipts'])
    const conditions = reading.map((one) => JSON.stringify((one as {readonly Condition?: object}).Condition))
    for (const one of conditions) {
      expect(one).toContain('"ForAllValues:StringLike":{"dynamodb:LeadingKeys":[')
      // Without this, a request that names no partition would pass.
      expect(one).toContain('"Null":{"dynamodb:LeadingKeys":"false"}')
      for (const kept of ['repository', 'idempotency', 'stranger', 'push', 'panel', 'awaiting', 'jti', 'once', '"*"']) {
        expect(one).not.toContain(kept)
      }
    }
  })

  test('what it may not read the harness does not give it either', () => {
    const get = (...partitions: readonly string[]) => ({
      operation: 'BatchGetItem',
      body: JSON.stringify({RequestItems: {table: {Keys: partitions.map((pk) => ({pk: {S: pk}, sk: {S: '-'}}))}}}),
    })
    const query = (hash: string, IndexName?: string) => ({
      operation: 'Query',
      body: JSON.stringify({IndexName, ExpressionAttributeValues: {':v0': {S: hash}}}),
    })
    const allowed = [
      get('head', 'ledger'),
      get('visibility'),
      query('index#public#approver/octocat'),
      query('rcpt_dg_1', 'receipts'),
    ]
    const denied = [
      get('repository#1296269'),
      get('head', 'idempotency#1#comment/1'),
      get(),
      query('pushes#1#refs/heads/main'),
      query('forbidding', 'outbox'),
      query('private#1#production', 'scopes'),
      query('head', 'receipts'),
    ]
    expect(allowed.map((asked) => findDenied('web', asked))).toEqual(allowed.map(() => undefined))
    expect(denied.map((asked) => findDenied('web', asked))).toEqual(
      denied.map(({operation}) => `dynamodb:${operation}`),
    )
    expect(denied.map((asked) => findDenied('receipts', asked))).toEqual(denied.map(() => undefined))
  })

  test('the web function and the worker have a part of the account of their own', () => {
    const reserved = idsOf('AWS::Serverless::Function').filter(
      (id) => propertiesOf(id)['ReservedConcurrentExecutions'] !== undefined,
    )
    expect(reserved.sort()).toEqual(['Web', 'Worker'])
  })

  test('the App is read by those who ask GitHub, and written by set-up alone, which may do nothing else', () => {
    const reads = ['secretsmanager:GetSecretValue']
    for (const role of ['ReceiptsRole', 'WorkerRole']) {
      expect([grantsOf(role, 'App'), grantsOf(role, 'SetupToken')]).toEqual([reads, []])
    }
    expect([grantsOf('WebRole', 'App'), grantsOf('WebRole', 'Webhook')]).toEqual([[], reads])
    const writers = roles.filter((role) => grantsOf(role, 'Webhook').includes('secretsmanager:PutSecretValue'))
    expect(writers.sort()).toEqual(['SetupRole', 'WorkerRole'])
    expect(grantsOf('SetupRole', 'App')).toEqual(['secretsmanager:DescribeSecret', 'secretsmanager:PutSecretValue'])
    expect(grantsOf('SetupRole', 'SetupToken')).toEqual(reads)
    const others = statementsOf('SetupRole').map(({Resource: resource}) => resource)
    expect(others).toEqual(['WebLog.Arn', 'SetupToken', 'App', 'Webhook'])
    expect(grantsOf('WebRole', 'Setup.Arn')).toEqual(['lambda:InvokeFunction'])
  })

  test('no function deletes an item, or reads a table from end to end', () => {
    const all = roles.flatMap((role) => statementsOf(role).flatMap(actionsOf))
    expect(all.filter((action) => /Delete(Item|Table)|Scan/.test(action))).toEqual([])
  })
})

describe('the keys', () => {
  const signers = (key: string): string =>
    JSON.stringify(
      keyStatements(key)
        .filter((statement) => actionsOf(statement).includes('kms:Sign'))
        .map(({Principal: principal}) => principal),
    )

  test.each([
    ['ReceiptKey', ['ReceiptsRole.Arn', 'WorkerRole.Arn']],
    ['NextReceiptKey', ['ReceiptsRole.Arn', 'WorkerRole.Arn']],
    ['LedgerKey', 'WorkerRole.Arn'],
    ['TokenKey', 'WorkerRole.Arn'],
  ])('%s signs for its functions alone', (key, principal) => {
    expect(signers(key)).toBe(JSON.stringify([{AWS: principal}]))
  })

  test.each(keys)('%s is changed by no function, and signs for no administrator', (key) => {
    for (const statement of keyStatements(key)) {
      const isRoot = JSON.stringify(statement.Principal).includes(':root')
      const changing = actionsOf(statement).filter((action) => action !== 'kms:Sign' && action !== 'kms:GetPublicKey')
      expect(isRoot ? actionsOf(statement).includes('kms:Sign') : changing.length > 0).toBe(false)
      expect(actionsOf(statement)).not.toContain('kms:CreateGrant')
    }
  })

  test.each(keys)('%s outlives its stack', (key) => {
    expect(resources[key]?.DeletionPolicy).toBe('Retain')
  })
})

test('lost races are counted by the line that tells of them', () => {
  const {FilterPattern: pattern, LogGroupName: group} = propertiesOf('Conflicts')
  expect(pattern).toBe(`{ $.msg = "${lostRace}" }`)
  const appending = ['Receipts', 'Worker', 'Schedule'].map((name) => propertiesOf(name)['LoggingConfig'])
  expect(appending).toEqual(Array(3).fill({LogGroup: group}))
})

test('revocations that GitHub does not show are counted by the line that tells of them', () => {
  const {FilterPattern: pattern, LogGroupName: group} = propertiesOf('Untold')
  expect(pattern).toBe(`{ $.msg = "${lateRevocation}" }`)
  expect(propertiesOf('Schedule')['LoggingConfig']).toEqual({LogGroup: group})
})

test('every function’s handler is one of the bundle', () => {
  const exported = [...readFileSync(join(root, 'issuer', 'lambda.ts'), 'utf8').matchAll(/^export const (\w+)/gm)]
  const handlers = Object.values(resources).flatMap(({Properties: properties}) =>
    typeof properties?.['Handler'] === 'string' ? [properties['Handler']] : [],
  )
  expect(handlers.sort()).toEqual(exported.map(([, name = '']) => `index.${name}`).sort())
})
