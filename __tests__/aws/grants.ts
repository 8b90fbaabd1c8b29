/** What infra/template.yaml lets each function ask, for harnesses that deny all the rest as IAM does. */
import type {DynamoRequest} from './emulator.ts'
import type {KmsRequest} from './kms.ts'
import type {AskedSecret} from './secrets-api.ts'
import {type Statement, actionsOf, keyStatements, statementsOf} from './template.ts'

/** By the access key that its process has. Other callers are the harness itself. */
const roles: Readonly<Record<string, string>> = {
  web: 'WebRole',
  receipts: 'ReceiptsRole',
  worker: 'WorkerRole',
  setup: 'SetupRole',
}

/** The template's keys by the names that they have in the harness. */
export const keyNames = {
  ReceiptKey: 'receipts',
  NextReceiptKey: 'next',
  LedgerKey: 'ledger',
  TokenKey: 'tokens',
} as const

interface Asked {
  readonly action: string
  readonly resource: string
  /** The partitions of a table or an index that are asked for. */
  readonly leadingKeys?: readonly string[]
}

interface Led extends Statement {
  readonly Condition?: {readonly 'ForAllValues:StringLike'?: Readonly<Record<string, readonly string[]>>}
}

const grants = (statements: readonly Statement[], {action, resource, leadingKeys = []}: Asked): boolean =>
  statements.some(
    (statement) =>
      actionsOf(statement).includes(action) &&
      [statement.Resource].flat().some((granted) => isLike(resource, String(granted))) &&
      isLedBy(statement, leadingKeys),
  )

/** `*` stands for anything. */
const isLike = (text: string, pattern: string): boolean =>
  pattern === text || (pattern.endsWith('*') && text.startsWith(pattern.slice(0, -1)))

function isLedBy({Condition: condition}: Led, leadingKeys: readonly string[]): boolean {
  const patterns = condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys']
  if (patterns === undefined) return true
  return leadingKeys.length > 0 && leadingKeys.every((key) => patterns.some((pattern) => isLike(key, pattern)))
}

/** Undefined: it may. Else the action that it may not. */
export function findDenied(
  caller: string,
  {operation, body}: Pick<DynamoRequest, 'operation' | 'body'>,
): string | undefined {
  const role = roles[caller]
  if (role === undefined) return undefined
  const asked = JSON.parse(body) as AskedOfTable
  const resource = asked.IndexName === undefined ? 'Table.Arn' : `\${Table.Arn}/index/${asked.IndexName}`
  const leadingKeys = leadingKeysOf(asked)
  return actionsIn(operation, body).find((action) => !grants(statementsOf(role), {action, resource, leadingKeys}))
}

interface Value {
  readonly S?: string
}

interface AskedOfTable {
  readonly IndexName?: string
  /** Of a query the first is the partition's. */
  readonly ExpressionAttributeValues?: Readonly<Record<string, Value>>
  readonly RequestItems?: Readonly<Record<string, {readonly Keys?: readonly {readonly pk: Value}[]}>>
}

function leadingKeysOf({ExpressionAttributeValues: values = {}, RequestItems: items}: AskedOfTable): readonly string[] {
  if (items === undefined) return values[':v0']?.S === undefined ? [] : [values[':v0'].S]
  return Object.values(items).flatMap(({Keys: keys = []}) => keys.map(({pk}) => pk.S ?? ''))
}

/** A transaction needs what it is made of. */
function actionsIn(operation: string, body: string): readonly string[] {
  if (operation !== 'TransactWriteItems') return [`dynamodb:${operation}`]
  const {TransactItems: items} = JSON.parse(body) as {TransactItems: readonly object[]}
  return items
    .flatMap((item) => Object.keys(item))
    .map((kind) => `dynamodb:${kind === 'ConditionCheck' ? kind : `${kind}Item`}`)
}

export const mayInvoke = (caller: string, name: string): boolean => {
  const role = roles[caller]
  const resource = `${name.charAt(0).toUpperCase()}${name.slice(1)}.Arn`
  return role !== undefined && grants(statementsOf(role), {action: 'lambda:InvokeFunction', resource})
}

/** Secrets have the names here that the template refers to them by. */
export const mayUseSecret = ({caller, operation, name}: AskedSecret): boolean => {
  const role = roles[caller]
  return role !== undefined && grants(statementsOf(role), {action: `secretsmanager:${operation}`, resource: name})
}

interface Conditioned extends Statement {
  readonly Condition?: {readonly StringEquals: Readonly<Record<string, string>>}
}

/** By the key's own policy, and its conditions. */
export function mayUseKey({caller, operation, body}: KmsRequest): boolean {
  const role = roles[caller]
  if (role === undefined) return true
  const name = (body['KeyId'] ?? '').replace(/^.*key\//, '')
  const [key] = Object.entries(keyNames).find(([, known]) => known === name) ?? []
  // A key of no template has no policy to go by.
  if (key === undefined) return true
  return (keyStatements(key) as readonly Conditioned[]).some(
    ({Condition: condition, ...statement}) =>
      actionsOf(statement).includes(`kms:${operation}`) &&
      [(statement.Principal as {readonly AWS: unknown}).AWS].flat().includes(`${role}.Arn`) &&
      Object.entries(condition?.StringEquals ?? {}).every(([what, value]) => body[what.replace('kms:', '')] === value),
  )
}
