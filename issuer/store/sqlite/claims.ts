/** Claims in SQLite: which statement is which decision, what became of it, and what is still to be published. */
import type {DatabaseSync} from 'node:sqlite'
import {parseDecisionId, parseRepositoryId} from '#protocol'
import type {Claim, ClaimKey, Claims, Outbox, Outcome, Unpublished} from '../../model/idempotency.ts'
import type {Change} from '../../model/store.ts'
import {type Row, integerOf, textOf} from './row.ts'
import {inTransaction} from './transaction.ts'

const mostUnpublished = 50

export function sqliteClaims(db: DatabaseSync): Claims {
  return {
    claim: async (key, proposed) =>
      Promise.resolve(inTransaction(db, () => findClaim(db, key) ?? makeClaim(db, key, proposed))),
    lastCourtesy: async ({repositoryId, accountId, pullRequest}) => {
      const row = db
        .prepare(
          `SELECT max(completed_at) AS at FROM claims
           WHERE repository_id = ? AND courtesy_account = ? AND courtesy_pull_request = ?`,
        )
        .get(repositoryId, accountId, pullRequest)
      return Promise.resolve(typeof row?.['at'] === 'number' ? row['at'] : undefined)
    },
  }
}

export function sqliteOutbox(db: DatabaseSync): Outbox {
  return {
    unpublished: async (before) => {
      const rows = db
        .prepare(
          `SELECT * FROM claims WHERE completed_at IS NOT NULL AND published_at IS NULL AND completed_at < ?
           ORDER BY completed_at LIMIT ${mostUnpublished}`,
        )
        .all(before)
      return Promise.resolve(rows.map(parseUnpublished))
    },
    markPublished: async ({repositoryId, subject}, at) => {
      db.prepare(
        `UPDATE claims SET published_at = ?
         WHERE repository_id = ? AND subject = ? AND completed_at IS NOT NULL AND published_at IS NULL`,
      ).run(at, repositoryId, subject)
      return Promise.resolve()
    },
  }
}

export function findClaim(db: DatabaseSync, {repositoryId, subject}: ClaimKey): Claim | undefined {
  const row = db.prepare('SELECT * FROM claims WHERE repository_id = ? AND subject = ?').get(repositoryId, subject)
  return row === undefined ? undefined : parseClaim(row)
}

function makeClaim(
  db: DatabaseSync,
  {repositoryId, subject}: ClaimKey,
  {decision, nonce}: Pick<Claim, 'decision' | 'nonce'>,
): Claim {
  db.prepare('INSERT INTO claims (repository_id, subject, decision, nonce) VALUES (?, ?, ?, ?)').run(
    repositoryId,
    subject,
    decision,
    nonce,
  )
  return {decision, nonce}
}

/** Part of a commit's transaction; the claim is there and not completed. */
export function completeClaim(db: DatabaseSync, {claim, outcome}: NonNullable<Change['completes']>, at: number): void {
  db.prepare(
    `UPDATE claims SET kind = :kind, publication = :publication, completed_at = :at,
       courtesy_account = :courtesyAccount, courtesy_pull_request = :courtesyPullRequest
     WHERE repository_id = :repositoryId AND subject = :subject`,
  ).run({
    repositoryId: claim.repositoryId,
    subject: claim.subject,
    kind: outcome.kind,
    publication: outcome.publication,
    courtesyAccount: outcome.courtesy?.accountId ?? null,
    courtesyPullRequest: outcome.courtesy?.pullRequest ?? null,
    at,
  })
}

function parseClaim(row: Row): Claim {
  const decision = parseDecisionId(row['decision'])
  if (decision === undefined) throw new TypeError('the database holds no decision id in a claim')
  const claim = {decision, nonce: textOf(row, 'nonce')}
  return row['kind'] === null ? claim : {...claim, outcome: parseOutcome(row)}
}

function parseOutcome(row: Row): Outcome {
  const kind = textOf(row, 'kind') as Outcome['kind'] // The table's CHECK holds no other word.
  const outcome = {kind, publication: textOf(row, 'publication')}
  if (row['courtesy_account'] === null) return outcome
  const courtesy = {
    accountId: integerOf(row, 'courtesy_account'),
    pullRequest: integerOf(row, 'courtesy_pull_request'),
  }
  return {...outcome, courtesy}
}

function parseUnpublished(row: Row): Unpublished {
  const repositoryId = parseRepositoryId(row['repository_id'])
  if (repositoryId === undefined) throw new TypeError('the database holds no repository id in a claim')
  const {decision} = parseClaim(row)
  return {
    claim: {repositoryId, subject: textOf(row, 'subject')},
    decision,
    outcome: parseOutcome(row),
    completedAt: integerOf(row, 'completed_at'),
  }
}
