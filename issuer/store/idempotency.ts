/** Which statement is which decision, what became of it, and what is still to be published. */
import {parseDecisionId} from '#protocol'
import {
  type IdempotencyKey,
  type IdempotencyRecord,
  type Idempotency,
  type Outbox,
  type Outcome,
  type Unpublished,
  type Urgency,
  restMs,
  urgencyOf,
} from '../model/idempotency.ts'
import type {Publication} from '../model/publication.ts'
import type {Change} from '../model/store.ts'
import {integerOf, optionalInteger, optionalText, repositoryIdOf, textOf} from './item.ts'
import {decisionKey} from './layout.ts'
import type {Item, Key, Table, Write} from './table.ts'

const mostUnpublished = 50
/** What has been answered is forgotten long after GitHub could deliver its statement again. */
const keptForSeconds = 90 * 86_400
/** A stranger's reply counts for an hour. */
const strangerReplyForSeconds = 86_400

/** In the index of what is to be sent. */
const queues: Readonly<Record<Urgency, string>> = {forbids: 'forbidding', other: 'waiting'}

export const itemKey = ({repositoryId, subject}: IdempotencyKey): Key => ({
  pk: `idempotency#${repositoryId}#${subject}`,
  sk: '-',
})
const strangerKey = ({repositoryId, accountId, pullRequest}: Parameters<Idempotency['lastStrangerReply']>[0]): string =>
  `stranger#${repositoryId}/${accountId}/${pullRequest}`

export function idempotencyOver(table: Table): Idempotency {
  return {
    begin: async (key, {decision, nonce}) => {
      const known = await table.get(itemKey(key))
      if (known !== undefined) return parseIdempotencyRecord(known)
      const made = await table.write([
        {put: {...itemKey(key), ...key, decision, nonce}, when: {absent: true}},
        {put: {...decisionKey(decision)}, when: {absent: true}},
      ])
      if (made === 'written') return {decision, nonce}
      const theirs = await table.get(itemKey(key))
      if (theirs === undefined) throw new Error('this decision id is another key’s')
      return parseIdempotencyRecord(theirs)
    },
    lastStrangerReply: async (to) => {
      const [newest] = await table.query({hash: strangerKey(to), newestFirst: true, atMost: 1})
      return newest && integerOf(newest, 'at')
    },
  }
}

export function outboxOver(table: Table): Outbox {
  return {
    due: async (urgency, by) => {
      const range = {upTo: by}
      const found = await table.query({index: 'outbox', hash: queues[urgency], range, atMost: mostUnpublished})
      return found.map(parseUnpublished)
    },
    take: async ({key, dueAt, tries}, until) => {
      const when = {equals: {dueAt, publishedAt: undefined}}
      const taken = await table.write([{update: itemKey(key), set: {dueAt: until, tries: tries + 1}, when}])
      return taken === 'written' ? 'taken' : 'lost'
    },
    markPublished: async (key, at) => {
      const when = {anyOf: Object.values(queues).map((outbox) => ({equals: {outbox}}))}
      await table.write([{update: itemKey(key), set: {publishedAt: at}, remove: 'outbox', when}])
    },
  }
}

/** With the hash of the decision's entry, when there was a decision. */
export interface HeldIdempotency extends IdempotencyRecord {
  readonly entryHash?: string | undefined
}

export const parseHeld = (item: Item): HeldIdempotency => ({
  ...parseIdempotencyRecord(item),
  entryHash: optionalText(item, 'entryHash'),
})

/** Part of a commit's transaction: refused when there is an outcome already. */
export function completeOnce(
  {key, outcome}: NonNullable<Change['completes']>,
  {decision, entryHash, at}: {readonly decision: string; readonly entryHash: string | undefined; readonly at: number},
): readonly Write[] {
  const {kind, strangerReply} = outcome
  const publication = JSON.stringify(outcome.publication)
  const seconds = Math.ceil(at / 1000)
  const urgency = urgencyOf(outcome.publication)
  const queued = {outbox: queues[urgency], dueAt: at + restMs[urgency]}
  const completed = {kind, publication, entryHash, completedAt: at, ...queued, expires: seconds + keptForSeconds}
  const when = {equals: {decision, kind: undefined}}
  if (strangerReply === undefined) return [{update: itemKey(key), set: completed, when}]
  const {accountId: strangerAccount, pullRequest: strangerPullRequest} = strangerReply
  const pk = strangerKey({repositoryId: key.repositoryId, ...strangerReply})
  return [
    {update: itemKey(key), set: {...completed, strangerAccount, strangerPullRequest}, when},
    {put: {pk, sk: String(at).padStart(16, '0'), at, expires: seconds + strangerReplyForSeconds}},
  ]
}

function parseIdempotencyRecord(item: Item): IdempotencyRecord {
  const decision = parseDecisionId(item['decision'])
  if (decision === undefined) throw new TypeError('the store holds no decision id in an idempotency record')
  const record = {decision, nonce: textOf(item, 'nonce')}
  return item['kind'] === undefined ? record : {...record, outcome: parseOutcome(item)}
}

function parseOutcome(item: Item): Outcome {
  // Our own writing, of an outcome.
  const kind = textOf(item, 'kind') as Outcome['kind']
  const outcome = {kind, publication: JSON.parse(textOf(item, 'publication')) as Publication}
  const accountId = optionalInteger(item, 'strangerAccount')
  if (accountId === undefined) return outcome
  return {...outcome, strangerReply: {accountId, pullRequest: integerOf(item, 'strangerPullRequest')}}
}

function parseUnpublished(item: Item): Unpublished {
  return {
    key: {repositoryId: repositoryIdOf(item), subject: textOf(item, 'subject')},
    decision: parseIdempotencyRecord(item).decision,
    outcome: parseOutcome(item),
    completedAt: integerOf(item, 'completedAt'),
    dueAt: integerOf(item, 'dueAt'),
    tries: optionalInteger(item, 'tries') ?? 0,
  }
}
