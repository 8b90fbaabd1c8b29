/** Many statements on many pull requests, and the audit afterwards: one outcome each, published once, in a whole ledger. */
import {DatabaseSync} from 'node:sqlite'
import {setTimeout as sleep} from 'node:timers/promises'
import {canonicalBytes, digestOf} from '#protocol'
import {checkedEntries, databasePath} from '../acceptance/ledger.ts'
import type {ClaimRow} from '../acceptance/home.ts'
import type {Stage} from '../acceptance/stage.ts'

/** A pull request in a repository of its own, or in one that it shares. */
export interface Place {
  readonly repository: string
  readonly pullRequest: number
  readonly head: string
}

/** A repository in which octocat may approve and hubot writes. */
export async function addRepository({world}: Stage, name: string): Promise<void> {
  await world.addRepository({name, files: {'README.md': `# ${name}\n`}})
  world.setPermission({repository: name, login: 'octocat', role: 'maintain'})
  world.setPermission({repository: name, login: 'hubot', role: 'write'})
}

export async function propose({world}: Stage, repository: string, branch: string): Promise<Place> {
  const head = await world.push({repository, branch, pusher: 'hubot', files: {[`${branch}.txt`]: `${branch}\n`}})
  const {number} = await world.openPullRequest({repository, head: branch, author: 'hubot'})
  return {repository, pullRequest: number, head}
}

/** octocat authorizes the head; gives the comment's id. */
export function authorize({world}: Stage, place: Place, environment = 'production'): number {
  const {repository, pullRequest, head} = place
  return world.comment({repository, pullRequest, by: 'octocat', body: `/authorize ${environment} ${head}`}).id
}

/** The issuer's replies that answer a decision; each carries its id, unseen, at the end. */
export const repliesTo = ({world}: Stage, decision: string): number =>
  [...world.comments.values()].filter(
    ({author, body}) => author.login.startsWith('countersign') && body.endsWith(`<!-- countersign:${decision} -->`),
  ).length

export async function readClaims({issuer}: Stage): Promise<readonly ClaimRow[]> {
  if (issuer.elsewhere !== undefined) return await issuer.elsewhere.readClaims()
  return withDatabase(issuer, (db) =>
    db
      .prepare("SELECT more FROM items WHERE pk LIKE 'idempotency#%'")
      .all()
      .map(({more}) => JSON.parse(String(more)) as Readonly<Record<string, string | number | undefined>>)
      .map((claim) => ({
        comment: Number(String(claim['subject']).slice('comment/'.length)),
        decision: String(claim['decision']),
        kind: claim['kind'] === undefined ? null : String(claim['kind']),
        published: claim['publishedAt'] !== undefined,
      })),
  )
}

/** Deliveries that the issuer took and has not finished. */
export const countWaiting = ({issuer}: Stage): number =>
  withDatabase(issuer, (db) => Number(db.prepare('SELECT count(*) AS n FROM deliveries WHERE done = 0').get()?.['n']))

/** As if the machine had been off for a while: what the database holds is older by that much. */
export async function letTimePass({issuer}: Stage, ms: number): Promise<void> {
  if (issuer.elsewhere !== undefined) return await issuer.elsewhere.letTimePass(ms)
  withDatabase(issuer, (db) => {
    db.prepare(
      `UPDATE deliveries SET received_at = received_at - :ms, said_at = said_at - :ms, due_at = max(0, due_at - :ms),
       leased_until = leased_until - :ms`,
    ).run({ms})
    const claims = `pk LIKE 'idempotency#%' AND "dueAt" IS NOT NULL`
    const completed = `json_set(more, '$.completedAt', (more ->> '$.completedAt') - :ms)`
    db.prepare(`UPDATE items SET "dueAt" = "dueAt" - :ms, more = ${completed} WHERE ${claims}`).run({ms})
    const older = ['at', 'hiddenAt'].reduce(
      (text, name) => `json_replace(${text}, '$.${name}', (more ->> '$.${name}') - :ms)`,
      'more',
    )
    db.prepare(`UPDATE items SET more = ${older} WHERE pk LIKE 'stranger#%' OR pk = 'visibility'`).run({ms})
  })
}

function withDatabase<T>(issuer: Stage['issuer'], use: (db: DatabaseSync) => T): T {
  const db = new DatabaseSync(databasePath(issuer), {timeout: 5000})
  try {
    return use(db)
  } finally {
    db.close()
  }
}

/** Resolves when these statements are answered and nothing of them is left to be sent. */
export async function settled(stage: Stage, statements: readonly number[], seconds = 240): Promise<void> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const published = new Set((await readClaims(stage)).flatMap(({comment, published}) => (published ? [comment] : [])))
    const left = statements.filter((comment) => !published.has(comment))
    if (left.length === 0) return
    if (!(Date.now() < end)) throw new Error(`waited ${seconds} seconds in vain for the comments ${left.join(', ')}`)
    // Each look opens the database: not as often as a counter in memory could be asked.
    await sleep(100)
  }
}

/** What is wrong with how these statements came out; nothing, when each was authorized exactly once. */
export async function audit(stage: Stage, statements: readonly number[]): Promise<readonly string[]> {
  const claims = await readClaims(stage)
  const entries = await checkedEntries(stage) // Throws when the chain or the frontier does not hold.
  const problems = statements.flatMap((comment) => {
    const own = claims.filter((claim) => claim.comment === comment)
    const [claim] = own
    if (claim === undefined || own.length > 1) return [`${comment}: ${own.length} claims`]
    const receipt = claim.decision.replace('dec_', 'rcpt_dg_')
    const counts = {
      replies: repliesTo(stage, claim.decision),
      'check runs': stage.world.checkRuns.filter(({externalId}) => externalId === receipt).length,
      entries: entries.filter(({subject}) => subject === receipt).length,
    }
    const wrong = Object.entries(counts).filter(([, count]) => count !== 1)
    const unfinished = claim.kind !== 'allow' || !claim.published ? [`${comment}: ${JSON.stringify(claim)}`] : []
    return [...unfinished, ...wrong.map(([what, count]) => `${comment}: ${count} ${what}`)]
  })
  return [...problems, ...auditCheckRuns(stage, entries)]
}

/** Each receipt on GitHub is the one whose digest the ledger holds under its id, and stands there once. */
function auditCheckRuns({world}: Stage, entries: Awaited<ReturnType<typeof checkedEntries>>): readonly string[] {
  const seen = new Set<string>()
  return world.checkRuns.flatMap(({externalId, output}) => {
    const text = /```json\n([\s\S]*?)\n```/.exec(output.text ?? '')?.[1] ?? 'null'
    const receipt = JSON.parse(text) as {id: string; evidence: string; decision: string} | null
    const digest = digestOf(canonicalBytes(receipt))
    const entry = entries.find(({subject}) => subject === receipt?.id)
    const known = seen.has(digest)
    seen.add(digest)
    return [
      ...(receipt?.id === externalId ? [] : [`the check run ${externalId} carries ${String(receipt?.id)}`]),
      ...(entry?.digests['receipt'] === digest ? [] : [`${externalId} is not the receipt that the ledger holds`]),
      ...(known ? [`${externalId} is published twice`] : []),
    ]
  })
}
