/** infra/template.yaml: AWS's own validator takes it, its table is the store's, and each role may do what the code asks. */
import {globSync, readFileSync} from 'node:fs'
import {join} from 'node:path'
import {RegoEngine, TemplateFile} from '@aws/cloudformation-validate'
import {describe, expect, test} from '@jest/globals'
import {parseDocument} from 'yaml'
import {expiryAttribute, tableDefinition} from '../../issuer/store/dynamodb/schema.ts'

const root = join(import.meta.dirname, '..', '..')
const path = join(root, 'infra', 'template.yaml')

interface Statement {
  readonly Effect: string
  readonly Action: string | readonly string[]
  readonly Resource: unknown
  readonly Principal?: unknown
}

interface Resource {
  readonly Type: string
  readonly DeletionPolicy?: string
  readonly Properties?: Readonly<Record<string, unknown>>
}

/** Intrinsic functions become their arguments: `!GetAtt Table.Arn` is read as `Table.Arn`. */
const tags = ['Ref', 'Sub', 'GetAtt', 'If', 'Equals', 'Not'].flatMap((name) => [
  {tag: `!${name}`, resolve: (text: string) => text},
])
const {Resources: resources} = parseDocument(readFileSync(path, 'utf8'), {customTags: tags}).toJS() as {
  Resources: Readonly<Record<string, Resource>>
}

function propertiesOf(name: string): Readonly<Record<string, unknown>> {
  const found = resources[name]?.Properties
  if (found === undefined) throw new Error(`the template has no ${name}`)
  return found
}

interface Policy {
  readonly PolicyDocument: {readonly Statement: readonly Statement[]}
}

const actionsOf = ({Action: action}: Statement): readonly string[] => (typeof action === 'string' ? [action] : action)

const statementsOf = (role: string): readonly Statement[] =>
  (propertiesOf(role)['Policies'] as readonly Policy[]).flatMap((policy) => policy.PolicyDocument.Statement)

const keyStatements = (key: string): readonly Statement[] =>
  (propertiesOf(key)['KeyPolicy'] as Policy['PolicyDocument']).Statement

const keys = ['ReceiptKey', 'LedgerKey', 'TokenKey']

test('the validator finds nothing wrong with it', () => {
  const engine = new RegoEngine()
  const {diagnostics} = engine.validateStandard(new TemplateFile(path))
  engine.free()
  // W2509 takes parameters for passwords that hold the ARN of a secret.
  const found = diagnostics.filter(({severity, ruleId}) => severity !== 'INFO' && ruleId !== 'W2509')
  expect(found.map(({ruleId, message}) => `${ruleId} ${message}`)).toEqual([])
})

test('the validator is awake: it sees a resource that does not exist', () => {
  const engine = new RegoEngine()
  const {diagnostics} = engine.validateStandard(new TemplateFile(join(import.meta.dirname, 'broken-template.yaml')))
  engine.free()
  expect(diagnostics.some(({severity}) => severity === 'FATAL' || severity === 'ERROR')).toBe(true)
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
  Query: ['dynamodb:Query'],
  PutItem: ['dynamodb:PutItem'],
  TransactWriteItems: ['dynamodb:PutItem', 'dynamodb:UpdateItem'],
  SendMessage: ['sqs:SendMessage'],
  ChangeMessageVisibility: ['sqs:ChangeMessageVisibility'],
  GetSecretValue: ['secretsmanager:GetSecretValue'],
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
    const granted = new Set(['WebRole', 'WorkerRole'].flatMap((role) => statementsOf(role).flatMap(actionsOf)))
    const expected = [...asks()].filter((action) => !action.startsWith('kms:'))
    expect([...granted].sort()).toEqual([...expected, ...lambdaAsks, ...everyFunction].sort())
  })

  test('name what they are for, and never everything', () => {
    for (const role of ['WebRole', 'WorkerRole']) {
      for (const statement of statementsOf(role)) {
        expect(JSON.stringify(statement.Resource)).not.toContain('"*"')
        expect(actionsOf(statement).filter((action) => action.includes('*'))).toEqual([])
      }
    }
  })

  test('the web function reads no queue and not the evidence secret', () => {
    const web = statementsOf('WebRole')
    expect(web.flatMap(actionsOf).filter((action) => action.startsWith('sqs:'))).toEqual(['sqs:SendMessage'])
    expect(JSON.stringify(web)).not.toContain('EvidenceSecretArn')
  })

  test('no function deletes an item, or reads a table from end to end', () => {
    const all = ['WebRole', 'WorkerRole'].flatMap((role) => statementsOf(role).flatMap(actionsOf))
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
    ['ReceiptKey', ['WebRole.Arn', 'WorkerRole.Arn']],
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

test('every function’s handler is one of the bundle', () => {
  const exported = [...readFileSync(join(root, 'issuer', 'lambda.ts'), 'utf8').matchAll(/^export const (\w+)/gm)]
  const handlers = Object.values(resources).flatMap(({Properties: properties}) =>
    typeof properties?.['Handler'] === 'string' ? [properties['Handler']] : [],
  )
  expect(handlers.sort()).toEqual(exported.map(([, name = '']) => `index.${name}`).sort())
})
