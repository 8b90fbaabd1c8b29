/**
 * Many people's approvals arrive at once; every decision can be proved by somebody who holds no copy of the ledger.
 * Thirty of them in every run, a hundred by `npm run test:long`.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type Entry, canonicalBytes, digestOf, evidenceKey, hexToBytes, verify} from '#protocol'
import {countersign, noFile, useBuiltCommand} from '../cli/command.ts'
import {checkedEntries, withStore} from '../acceptance/ledger.ts'
import {Stage} from '../acceptance/stage.ts'
import {sizeOf} from '../run/sizes.ts'
import {type Place, addRepository, audit, authorize, propose, settled} from './statements.ts'

useBuiltCommand()
const [repositories, branches, environments] = [sizeOf(5, 10), sizeOf(3, 5), ['production', 'staging']] as const
const count = repositories * branches * environments.length

let stage: Stage
let places: readonly Place[]
let entries: readonly Entry[]
const followed = noFile()

beforeAll(async () => {
  stage = await Stage.open()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
  places = (await Promise.all(Array.from({length: repositories}, (_, i) => addPlaces(`octo-org/service-${i}`)))).flat()
}, 120_000)
afterAll(() => stage.close())

async function addPlaces(repository: string): Promise<readonly Place[]> {
  await addRepository(stage, repository)
  const made: Place[] = []
  for (let i = 0; i < branches; i++) made.push(await propose(stage, repository, `feature-${i}`))
  return made
}

const ask = async (path: string): Promise<string> => {
  const answer = await fetch(`${stage.issuer.url}${path}`)
  if (!answer.ok) throw new Error(`${path}: ${answer.status}`)
  return await answer.text()
}
const ledgerKey = (): string => /checkpoints of the ledger verify under: (.+)/.exec(stage.issuer.output)?.[1] ?? ''
const follow = () =>
  countersign(['ledger', 'follow', '--issuer', stage.issuer.url, '--ledger-key', ledgerKey(), '--state', followed])

test(`${count} approvals at once come to one outcome each, in one chain`, async () => {
  expect((await follow()).out).toContain('kept as the first checkpoint')
  const statements = places.flatMap((place) => environments.map((name) => authorize(stage, place, name)))
  expect(statements).toHaveLength(count)
  await settled(stage, statements, 300)
  expect(await audit(stage, statements)).toEqual([])
  entries = await checkedEntries(stage)
  expect(entries).toHaveLength(1 + count)
  const chain = verify.chain(await ask('/v1/ledger/entries'), {checkpoint: await checkpoint(), ledgerKey: ledgerKey()})
  expect(chain).toMatchObject({
    valid: true,
    entries: 1 + count,
    continuous: true,
    anchored: 'checkpoint',
    masked: 0,
  })
}, 400_000)

const checkpoint = (): Promise<string> => ask('/v1/ledger/checkpoint')

test('whoever followed the ledger before finds it continued', async () => {
  const {code, out} = await follow()
  expect([code, out]).toEqual([0, expect.stringContaining(`${1 + count} entries`)])
})

test('each entry is proved to be in the tree, and each checkpoint that somebody holds to begin it', async () => {
  const newest = await checkpoint()
  const replies = [...stage.world.comments.values()].filter(({body}) => !body.endsWith('<!-- countersign-panel -->'))
  const held = replies.flatMap(({body}) => /```\n([^`]+)\n```/.exec(body)?.[1] ?? [])
  expect(held.length).toBeGreaterThanOrEqual(count)
  const size = entries.length
  for (const entry of entries) {
    const {proof} = JSON.parse(await ask(`/v1/ledger/inclusion?seq=${entry.seq}&size=${size}`)) as {proof: string[]}
    const verdict = verify.inclusion(entry, {checkpoint: newest, ledgerKey: ledgerKey(), proof})
    expect(verdict).toEqual({valid: true, seq: entry.seq, hash: entry.hash, size})
  }
  for (const note of new Set(held)) {
    const previous = `${note}\n`
    const older = verify.checkpoint(previous, ledgerKey())
    if (!older.valid) throw new Error(older.reason)
    const asked = await ask(`/v1/ledger/consistency?from=${older.size}&to=${size}`)
    const {proof} = JSON.parse(asked) as {proof: string[]}
    const verdict = verify.consistency({previous, checkpoint: newest, ledgerKey: ledgerKey(), proof})
    expect(verdict).toMatchObject({valid: true, from: older.size, to: size})
  }
})

test('token, evidence and receipt of each decision verify, and are those whose digests the entry carries', async () => {
  const secret = hexToBytes(readFileSync(join(stage.issuer.folder, 'data', 'evidence-secret'), 'utf8').trim())
  const jwks = await ask('/.well-known/jwks.json')
  await withStore(stage.issuer, async ({records, store}) => {
    for (const entry of entries.slice(1)) {
      const {decision: id, ...digests} = entry.digests
      const found = await records.decision(id as Parameters<typeof records.decision>[0])
      const [issued] = await store.find({by: 'receipt', id: entry.subject as never})
      if (found?.token === undefined || issued === undefined) throw new Error(`nothing is kept of ${entry.subject}`)
      const token = verify.token(found.token, jwks, {now: Date.now(), issuer: stage.issuer.url})
      expect(token).toMatchObject({valid: true, decision: 'ALLOW', allowed: true})
      const bundle = JSON.parse(found.evidence) as {id: never; organization: never; type: string}
      const evidence = verify.evidence(found.evidence, evidenceKey(secret, bundle.organization, bundle.id))
      expect(evidence).toMatchObject({valid: true, redacted: 0})
      expect(digests).toEqual({
        token: digestOf(found.token),
        evidence: issued.receipt.evidence,
        receipt: digestOf(canonicalBytes(issued.receipt)),
      })
      expect(token).toMatchObject({claims: {evidence: issued.receipt.evidence, receipt: issued.receipt.id}})
    }
  })
})
