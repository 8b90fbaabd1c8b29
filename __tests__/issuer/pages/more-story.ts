/** Receipts in the states that the story leaves out: what ran under them, who vouched, and what became of their keys. */
import type {Receipt} from '#protocol'
import {type Stage, asked} from './stage.ts'

export interface MoreStory {
  readonly succeeded: Receipt
  readonly failed: Receipt
  readonly begun: Receipt
  readonly cancelled: Receipt
  readonly self: Receipt
  /** Its key signs no more. */
  readonly retired: Receipt
  /** Revoked after its key was retired: the revocation is signed by the key that followed. */
  readonly retiredThenRevoked: Receipt
  readonly keyRevoked: Receipt
  /** A private repository's, which was revoked. */
  readonly secretRevoked: Receipt
}

const minute = 60_000
const run = {id: '9731245008', attempt: 2, url: 'https://github.com/octo-org/api-service/actions/runs/9731245008'}

export async function seedMore(stage: Stage): Promise<MoreStory> {
  let before = 55
  /** Each two minutes after the one before, all of them within the last hour. */
  const issue = async (environment: string, more: Parameters<Stage['issue']>[0] = {}): Promise<Receipt> => {
    before -= 2
    const scope = {environment, ...(more.receipt?.['scope'] as object | undefined)}
    return await stage.issue({at: asked - before * minute, ...more, receipt: {...more.receipt, scope}})
  }
  const report = async (receipt: Receipt, outcome?: string): Promise<Receipt> => {
    await stage.happen(receipt, 'deploy.started', {receipt: receipt.id, run, event: 'started'})
    const ended = {receipt: receipt.id, run, event: 'finished', outcome}
    if (outcome !== undefined) await stage.happen(receipt, 'deploy.finished', ended)
    return receipt
  }
  const succeeded = await report(await issue('succeeded'), 'success')
  const failed = await report(await issue('failed'), 'failure')
  const begun = await report(await issue('begun'))
  const cancelled = await report(await issue('cancelled'), 'cancelled')
  const self = await issue('self', {receipt: {flags: ['self']}})
  const retired = await issue('retired', {signer: stage.olderKey})
  const retiredThenRevoked = await issue('retired-then-revoked', {signer: stage.olderKey})
  await stage.revoke(retiredThenRevoked)
  const keyRevoked = await issue('key-revoked', {signer: stage.revokedKey})
  const private_ = {public: false, receipt: {scope: {repository: 'octo-org/secret', repositoryId: 77}}}
  const secretRevoked = await issue('secret', private_)
  await stage.revoke(secretRevoked)
  await stage.signLedger()
  return {succeeded, failed, begun, cancelled, self, retired, retiredThenRevoked, keyRevoked, secretRevoked}
}
