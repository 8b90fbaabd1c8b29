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

const grants = (statements: readonly Statement[], action: string, resource: string): boolean =>
  statements.some(
    (statement) =>
      actionsOf(statement).includes(action) && [statement.Resource].flat().some((granted) => granted === resource),
  )

/** Undefined: it may. Else the action that it may not. */
export function findDenied(
  caller: string,
  {operation, body}: Pick<DynamoRequest, 'operation' | 'body'>,
): string | undefined {
  const role = roles[caller]
  if (role === undefined) return undefined
  const place = body.includes('"IndexName":') ? '${Table.Arn}/index/*' : 'Table.Arn'
  return actionsIn(operation, body).find((action) => !grants(statementsOf(role), action, place))
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
  return role !== undefined && grants(statementsOf(role), 'lambda:InvokeFunction', resource)
}

/** Secrets have the names here that the template refers to them by. */
export const mayUseSecret = ({caller, operation, name}: AskedSecret): boolean => {
  const role = roles[caller]
  return role !== undefined && grants(statementsOf(role), `secretsmanager:${operation}`, name)
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
