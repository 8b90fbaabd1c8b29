/** Indexes that lag, at their worst: they have seen nothing yet. Nothing that forbids may stand on them. */
import {expect, test} from '@jest/globals'
import {ask} from '../../acceptance/answers.ts'
import {onMain} from '../../acceptance/jobs.ts'
import {expectAllowed, expectRefused} from '../../acceptance/verdicts.ts'
import type {Fault} from '../emulator.ts'
import {type HeldStage, describeHeld} from './held-stage.ts'

const nothing: Fault = {status: 200, body: {Items: [], Count: 0, ScannedCount: 0}}

/** Whatever is asked of an index, from here on. */
function lag({emulator}: HeldStage): void {
  emulator.failWith(({body}) => (body.includes('"IndexName":') ? nothing : undefined))
}

function testLag(the: () => HeldStage): void {
  test('a receipt is accepted, revoked by its id, and refused', async () => {
    lag(the())
    await the().release()
    const {stage} = the()
    await stage.authorize()
    expectAllowed(await stage.gate(), stage.head)
    const {id} = JSON.parse(stage.receiptText()) as {readonly id: string}
    expect(await stage.say(`/revoke ${id}`)).toContain('Revoked for `production`')
    expect(JSON.parse((await ask(stage, `/v1/receipts/${id}/status`)).body)).toMatchObject({status: 'revoked'})
    expectRefused(await stage.gate(), 'revoked')
    expect(await the().auditLedger()).toEqual([])
  })

  test('a denial ends every receipt and stands', async () => {
    lag(the())
    await the().release()
    const {stage} = the()
    await stage.authorize()
    await stage.authorize()
    await stage.say('/deny production', {by: 'hubot'})
    expectRefused(await stage.gate(), 'denied')
    expect(await stage.authorize()).toContain('hubot denied #')
    expect((await the().events()).filter((event) => event === 'receipt.revoked')).toHaveLength(2)
    expect(await the().auditLedger()).toEqual([])
  })

  test('a receipt is used by one run', async () => {
    lag(the())
    await the().release()
    const {stage} = the()
    const sha = await stage.authorizeMain()
    const job = (runId: number) => onMain({runId}, {redeem: 'true'})
    expectAllowed(await stage.gate(job(41)), sha)
    expectRefused(await stage.gate(job(42)), 'already_used')
    expect(await the().auditLedger()).toEqual([])
  })
}

describeHeld({'indexes that lag': testLag})
