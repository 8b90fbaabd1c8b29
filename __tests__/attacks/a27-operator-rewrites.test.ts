/** A27: whoever runs the issuer rewrites its ledger. Those who hold a checkpoint see it: followers, and runs of the gate. */
import {cp, readFile, rm} from 'node:fs/promises'
import {dirname} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {verify} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'
import {ask} from '../acceptance/answers.ts'
import {databasePath} from '../acceptance/ledger.ts'
import {Stage} from '../acceptance/stage.ts'
import {type CommandRun, countersign, noFile, useBuiltCommand} from '../cli/command.ts'
import {ledgerKey as strangersKey} from '../protocol/ledger-builders.ts'
import {expectAllowed} from './judge.ts'

useBuiltCommand()

const state = noFile()
let stage: Stage
/** What the run of the gate holds that deployed before the ledger was rewritten. */
let held: string
beforeAll(async () => {
  stage = await Stage.open()
  await stage.authorize()
})
afterAll(() => stage.close())

const follow = (): Promise<CommandRun> => {
  const {url, ledgerKey} = stage.issuer
  return countersign(['ledger', 'follow', '--issuer', url, '--ledger-key', ledgerKey, '--state', state])
}
const gate = (key = stage.issuer.ledgerKey) => stage.gate({with: {'ledger-key': key}})
const noteOf = ({outputs}: StepResult): string =>
  (JSON.parse(outputs['result'] ?? '') as {readonly checkpoint: {readonly note: string}}).checkpoint.note

/** Database, keys and mark together, as the operator has them: the issuer itself cannot tell. */
async function copyFolder(from: string, to: string): Promise<void> {
  await rm(to, {recursive: true, force: true})
  await cp(from, to, {recursive: true})
}

test('an honest ledger that grows is followed, and a run of the gate prints the checkpoint that it verified', async () => {
  expect((await follow()).code).toBe(0)
  const folder = dirname(databasePath(stage.issuer))
  await stage.issuer.stop()
  await copyFolder(folder, `${folder}-older`)
  await stage.issuer.restart()
  await stage.authorize()
  await stage.authorize({environment: 'staging'})
  const {code, out} = await follow()
  expect([code, out]).toEqual([0, expect.stringContaining('begins with all 2 entries')])
  const allowed = await gate()
  expectAllowed(allowed, stage.head)
  expect(allowed.summary).toContain('Ledger checkpoint, verified and held by this run')
  held = noteOf(allowed)
  expect(verify.checkpoint(held, stage.issuer.ledgerKey)).toMatchObject({valid: true})
})

test('cut back to an older state, it is refused by whoever followed it', async () => {
  const folder = dirname(databasePath(stage.issuer))
  await stage.issuer.stop()
  await copyFolder(`${folder}-older`, folder)
  await stage.issuer.restart()
  const {code, err} = await follow()
  expect([code, err]).toEqual([1, expect.stringContaining('(checkpoint_backwards)')])
  await rm(`${state}.refused`)
})

test('grown again to another history of the same length, it is a fork, and both notes prove it', async () => {
  await stage.say('/deny staging')
  await stage.say('/deny production')
  // The denial of production ends the receipt of the older state: as many entries as were known, and others.
  const {code, err} = await follow()
  expect([code, err]).toEqual([1, expect.stringMatching(/\((checkpoint_conflict|consistency_mismatch)\)/)])
  const [known, forked] = await Promise.all([readFile(state, 'utf8'), readFile(`${state}.refused`, 'utf8')])
  for (const note of [known, forked]) {
    expect(verify.checkpoint(note, stage.issuer.ledgerKey)).toMatchObject({valid: true})
  }
})

test('what the run of the gate held is the beginning of no checkpoint that the issuer shows now', async () => {
  const {body: checkpoint} = await ask(stage, '/v1/ledger/checkpoint')
  const {ledgerKey} = stage.issuer
  const sizes = [held, checkpoint].map((note) => Number(note.split('\n')[1]))
  const answer = await ask(stage, `/v1/ledger/consistency?from=${String(sizes[0])}&to=${String(sizes[1])}`)
  const {proof = []} = JSON.parse(answer.body) as {proof?: readonly string[]}
  expect(verify.consistency({previous: held, checkpoint, ledgerKey, proof})).toMatchObject({valid: false})
})

test('a checkpoint under another key than the pinned one is said in capitals, and held by nobody', async () => {
  const {head: sha, pullRequest} = await stage.propose('other')
  await stage.authorize({sha, pullRequest})
  const allowed = await stage.gate({
    job: {trigger: {event: 'push', branch: 'other', sha}},
    with: {'ledger-key': strangersKey},
  })
  expectAllowed(allowed, sha)
  expect(allowed.stdout).toContain('THE LEDGER CHECKPOINT DOES NOT VERIFY')
  expect(allowed.summary).toContain('Ledger checkpoint, not verified')
})
