/** A ledger with some of everything: a receipt in each state, a private repository, runs. */
import type {Receipt} from '#protocol'
import {approvalBody, makeKey} from '../../protocol/builders.ts'
import {aPolicy} from '../../protocol/token-builders.ts'
import {type Stage, asked} from './stage.ts'

export interface Story {
  readonly active: Receipt
  readonly expired: Receipt
  readonly revoked: Receipt
  readonly redeemed: Receipt
  readonly emergency: Receipt
  readonly secret: Receipt
  /** Signed by another key than the issuer's. */
  readonly damaged: Receipt
  /** Entered after the last checkpoint. */
  readonly unsigned: Receipt
}

const hour = 3_600_000
const run = {id: '9731245008', attempt: 1, url: 'https://github.com/octo-org/api-service/actions/runs/9731245008'}

const rules = [
  aPolicy({id: 'approver-permission', why: 'octocat has the permission maintain, and write is needed'}),
  aPolicy({id: 'seen-by-others', why: 'octocat had no hand in the 3 commits since 7c1e5d9'}),
  aPolicy({id: 'commit-named', why: 'the statement names the full commit'}),
  aPolicy({id: 'sensitive-paths', outcome: 'escalate', why: '1 of 5 files is a migration'}),
]
const reviewer = {login: 'octocat', id: 583231, decision: 'ALLOW', at: '2026-04-02T14:29:58.000000Z'}
const risk = {
  score: 0.42,
  factors: [
    {name: 'sensitive-paths', weight: 0.5, value: 0.5, why: '1 of 5 files is a migration'},
    {name: 'size', weight: 0.34, value: 0.5, why: '3 commits, 5 files, 120 lines added'},
  ],
}

export async function seedStory(stage: Stage): Promise<Story> {
  const environment = (name: string) => ({scope: {environment: name}})
  for (let n = 0; n < 12; n++) await stage.issue({at: asked - 20 * hour + n * hour, receipt: environment('staging')})
  const expired = await stage.issue({at: asked - 5 * hour, receipt: environment('staging')})
  const secret = await stage.issue({
    public: false,
    at: asked - 4 * hour,
    receipt: {scope: {repository: 'octo-org/secret', repositoryId: 77}},
  })
  const damaged = await stage.issue({at: asked - 3 * hour, signer: makeKey()})
  const revoked = await stage.issue({at: asked - 40 * 60_000, receipt: environment('staging')})
  await stage.revoke(revoked)
  const redeemed = await stage.issue({
    at: asked - 30 * 60_000,
    receipt: {flags: ['once'], ...environment('eu/production')},
  })
  await stage.happen(redeemed, 'receipt.redeemed', {receipt: redeemed.id, run, at: '2026-04-02T14:20:00Z'})
  await stage.happen(redeemed, 'deploy.started', {receipt: redeemed.id, run, event: 'started'})
  await stage.happen(redeemed, 'deploy.finished', {receipt: redeemed.id, run, event: 'finished', outcome: 'success'})
  const emergency = await stage.issue({
    at: asked - 20 * 60_000,
    receipt: {flags: ['emergency', 'self'], ...environment('hotfix')},
  })
  const approvals = [
    approvalBody({login: 'monalisa', id: 2, role: 'admin', at: '2026-04-02T14:24:10Z', statement: statement(99262138)}),
    approvalBody({at: '2026-04-02T14:29:58Z'}),
  ]
  const active = await stage.issue({
    at: asked - 10 * 60_000,
    receipt: {approvals, flags: ['escalated'], scope: {since: '7c1e5d90b3a8f2644e0d9c7b1a5f38e26d4b0c91'}},
    claims: {policies: rules, risk, reviewer},
  })
  await stage.signLedger()
  const unsigned = await stage.issue({at: asked - 60_000, receipt: environment('later')})
  return {active, expired, revoked, redeemed, emergency, secret, damaged, unsigned}
}

const statement = (id: number) => ({kind: 'issue_comment', id, digest: `sha256:${'1'.repeat(64)}`})
