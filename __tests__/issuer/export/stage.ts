/** An issuer's folder with real decisions in its store, exported by its own command: what an auditor is handed. */
import {randomBytes} from 'node:crypto'
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {
  type DecisionId,
  type EvidenceId,
  type OrganizationId,
  type Receipt,
  evidenceKey,
  parseDecisionId,
  parseRepositoryName,
  printSecondsTime,
  printVerifierKey,
  signingBytes,
} from '#protocol'
import type {Printed} from '../../../issuer/cli/printed.ts'
import {runCommand} from '../../../issuer/cli/run.ts'
import {loadTokenKey} from '../../../issuer/keys/issuer-keys.ts'
import {signCheckpoint} from '../../../issuer/keys/checkpoint-signer.ts'
import {type EventOrder, mintEvent, nextTime} from '../../../issuer/mint/mint-record.ts'
import {foldScope} from '../../../issuer/mint/fold-scope.ts'
import {acceptSignedRevocation, mintRevocationBody} from '../../../issuer/mint/mint-revocation.ts'
import {evaluate} from '../../../issuer/policy/rules.ts'
import {sealDecision} from '../../../issuer/decide/seal-decision.ts'
import type {TokenSigner} from '../../../issuer/model/signer.ts'
import type {DecisionRecord, LedgerHead} from '../../../issuer/model/record.ts'
import type {ScopeKey} from '../../../issuer/model/state.ts'
import {publicationOf, repositoryId, ulid} from '../../stores/builders.ts'
import {type CaseChanges, aCase, aStatement, evidenceSecret, must, origin, anAllowing} from '../builders.ts'
import {type KeyIssuer, startKeyIssuer} from '../keys-issuer.ts'

export interface Deciding extends CaseChanges {
  /** When; any form that Date.parse takes. */
  readonly at: string
}

export const refused: CaseChanges = {pullRequest: {state: 'closed'}}
export const waiting: CaseChanges = {environment: {approvals: 2}}
export const run = {id: '7', attempt: 1, url: 'https://github.com/octo-org/api-service/actions/runs/7'}

export class ExportStage {
  readonly issuer: KeyIssuer
  readonly #token: TokenSigner
  readonly #packs = mkdtempSync(join(tmpdir(), 'countersign-packs-'))
  /** Over what the commands are given. */
  around: Partial<Parameters<typeof runCommand>[1]> = {}
  #decided = 0
  #exported = 0

  private constructor(issuer: KeyIssuer, token: TokenSigner) {
    this.issuer = issuer
    this.#token = token
  }

  static async open(): Promise<ExportStage> {
    const issuer = await startKeyIssuer()
    const token = loadTokenKey({databasePath: join(issuer.folder, 'countersign.db')})
    if (!token.ok) throw new Error(token.fault)
    return new ExportStage(issuer, token.value)
  }

  close(): void {
    this.issuer.close()
    rmSync(this.#packs, {recursive: true, force: true})
  }

  /** Every receipt key that there was, a line each. */
  get pins(): Promise<readonly string[]> {
    return this.issuer.ring
      .announced()
      .then(({keys}) => keys.filter(({use}) => use === 'receipt').map(({publicKey}) => publicKey))
  }

  get ledgerKey(): string {
    return printVerifierKey(this.#origin, this.issuer.keys.ledger.publicKey)
  }

  get tokenJwk(): object {
    return this.#token.jwk
  }

  /** What the commands are given. */
  get env(): {readonly COUNTERSIGN_STORE: string} {
    return {COUNTERSIGN_STORE: `sqlite:${join(this.issuer.folder, 'countersign.db')}`}
  }

  #origin = ''

  /** A decision as the worker makes and keeps it. */
  async decide({at, ...changes}: Deciding): Promise<DecisionRecord> {
    const n = (this.#decided += 1)
    const now = Date.parse(at)
    this.issuer.clock.now = now
    const moment = {createdAt: now - 2345, readAt: now - 1000}
    const asked = aCase({...changes, standing: {...moment, ...changes.standing}})
    const {repository} = asked.change
    const scope: ScopeKey = {repositoryId: repository.id, environment: asked.request.environment}
    const decision: DecisionId = must(parseDecisionId(`dec_${ulid(n)}`))
    const key = {repositoryId: repository.id, subject: `comment/${1_000_000 + n}`}
    const {durable, ring} = this.issuer
    await ring.follow()
    const claim = await durable.idempotency.begin(key, {decision, nonce: String(n).padStart(32, '0')})
    const read = await durable.store.read(scope)
    const ruling = evaluate(asked)
    const sealed = await sealDecision(
      {begun: claim, statement: aStatement(), case: asked, ruling, said: 'ALLOW', head: read.head},
      {
        signer: ring.signer,
        tokenSigner: this.#token,
        evidenceKeys: (organization, bundle) => evidenceKey(evidenceSecret, organization, bundle),
        software: {countersign: '0.0.0'},
        issuer: origin,
        now: () => now,
      },
    )
    const {record} = sealed
    const state =
      record.receipt === undefined
        ? read.state
        : foldScope(
            read.state,
            anAllowing(record.receipt, {...record, receipt: record.receipt, range: asked.change.range}),
            now,
          )
    const outcome = {kind: sealed.ruling.kind, publication: publicationOf(0)}
    const appends = {scope, records: [record], state, read}
    if ((await durable.store.commit({completes: {key: key, outcome}, appends, at: now})) !== 'committed') {
      throw new Error('the decision was not written')
    }
    this.#origin = record.entry.ledger
    return record
  }

  async allow(deciding: Deciding): Promise<Receipt> {
    return must((await this.decide(deciding)).receipt)
  }

  async revoke(receipt: Receipt, at: string): Promise<void> {
    const {signer} = this.issuer.ring
    const body = mintRevocationBody({
      receipt: receipt.id,
      repositoryId: receipt.scope.repositoryId,
      by: {id: 583231, login: 'octocat'},
      cause: 'closed',
      nonce: receipt.id,
      at: Date.parse(at),
      publicKey: signer.publicKey,
    })
    const revocation = acceptSignedRevocation(body, await signer.sign(signingBytes(body)))
    await this.#append(receipt, {event: 'receipt.revoked', body: revocation, at})
  }

  /** What a job tells, as the issuer keeps it. */
  async tell(
    receipt: Receipt,
    event: EventOrder['event'],
    {at, ...more}: {at: string; outcome?: string},
  ): Promise<void> {
    const word = event === 'receipt.redeemed' ? {} : {event: event.slice('deploy.'.length)}
    const told = {receipt: receipt.id, run, at: printSecondsTime(Date.parse(at)), ...word, ...more}
    await this.#append(receipt, {
      event,
      body: {...told, environment: 'attested', nonce: randomBytes(16).toString('hex')},
      at,
    })
  }

  async #append(receipt: Receipt, {event, body, at}: Pick<EventOrder, 'event' | 'body'> & {at: string}): Promise<void> {
    const scope = {repositoryId: receipt.scope.repositoryId, environment: receipt.scope.environment}
    const {durable} = this.issuer
    const read = await durable.store.read(scope)
    const mint = (head: LedgerHead) =>
      mintEvent({
        ...{head, event, body, scope, receipt: receipt.id},
        at: nextTime(head, Date.parse(at)),
        ...{repository: receipt.scope.repository, ownerId: 9919, public: true, once: `${event}/${receipt.id}`},
      })
    const appends = {scope, records: [mint(read.head)], state: read.state, read}
    if ((await durable.store.commit({appends, at: Date.parse(at)})) !== 'committed') throw new Error('not written')
  }

  async sign(): Promise<void> {
    const {durable, keys} = this.issuer
    await signCheckpoint({...durable, signer: keys.ledger})
  }

  newFolder(): string {
    return join(this.#packs, `pack-${(this.#exported += 1)}`)
  }

  /** `countersign-issuer export` over these words; the folder is new. */
  async export(...words: readonly string[]): Promise<{readonly folder: string; readonly printed: Printed}> {
    const folder = this.newFolder()
    return {folder, printed: await this.command('export', '--out', folder, ...words)}
  }

  command(...words: readonly string[]): Promise<Printed> {
    return runCommand(words, {readFile: () => '', env: this.env, now: Date.now, ...this.around})
  }
}

/** The key of one bundle, as its line in the file of --evidence-keys. */
export function evidenceKeyLine({decision}: DecisionRecord): string {
  const id = decision.replace('dec_', 'evd_') as EvidenceId
  return `${id} ${Buffer.from(evidenceKey(evidenceSecret, '9919' as OrganizationId, id)).toString('hex')}`
}

const website = {
  change: {
    repository: {
      ...aCase().change.repository,
      id: repositoryId(2),
      name: must(parseRepositoryName('octo-org/website')),
      public: false,
    },
  },
  pullRequest: {
    head: {sha: aCase().change.commit.sha, ref: 'faster-search', repositoryId: repositoryId(2)},
    base: {ref: 'main', repositoryId: repositoryId(2)},
  },
} satisfies CaseChanges

export interface April {
  readonly stage: ExportStage
  /** Used, started and finished. */
  readonly deployed: Receipt
  readonly revoked: Receipt
  readonly waiting: DecisionRecord
  /** Of another repository, which is private. */
  readonly foreign: Receipt
}

/** A refusal on 2 April; from the 3rd on four decisions and what became of them; two more in May, after a key rotation. */
export async function openApril(): Promise<April> {
  const stage = await ExportStage.open()
  await stage.decide({at: '2026-04-02T13:00:00Z', ...refused})
  const deployed = await stage.allow({at: '2026-04-03T09:00:00Z'})
  await stage.tell(deployed, 'receipt.redeemed', {at: '2026-04-03T09:01:00Z'})
  await stage.tell(deployed, 'deploy.started', {at: '2026-04-03T09:02:00Z'})
  await stage.tell(deployed, 'deploy.finished', {at: '2026-04-03T09:10:00Z', outcome: 'success'})
  const revoked = await stage.allow({at: '2026-04-10T12:00:00Z'})
  await stage.revoke(revoked, '2026-04-10T12:30:00Z')
  const pending = await stage.decide({at: '2026-04-11T08:00:00Z', ...waiting})
  const foreign = await stage.allow({at: '2026-04-12T08:00:00Z', ...website})
  await stage.allow({at: '2026-05-02T08:00:00Z', policy: {sensitivePaths: ['infra/**']}})
  stage.issuer.clock.now = Date.parse('2026-05-02T12:00:00Z')
  await stage.issuer.run('rotate --now')
  await stage.allow({at: '2026-05-03T08:00:00Z'})
  await stage.sign()
  return {stage, deployed, revoked, waiting: pending, foreign}
}

/** The words of an export of April without its second day. */
export const april = ['--from', '2026-04-03', '--to', '2026-05-01'] as const
