/** What is known of a receipt since it was signed: the issuer's status, revocations that were seen, and its key set. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type RefusalCode, parseCommitSha, parsePinnedKeys, parseTreeSha} from '#protocol'
import type {GateOutcome, GateRequest, ReceiptSource, SourceAnswer} from '../../src/gate/ports.ts'
import {openIssuer} from '../../src/action/issuer/open-issuer.ts'
import {runGate} from '../../src/gate.ts'
import {type Json, aReceipt, makeKey} from '../protocol/builders.ts'
import {aPlace, aSource, anAsk, someTools, sure} from '../action/asks.ts'
import {TestIssuer, aRevocation, keyEntry} from '../action/test-issuer.ts'

const key = makeKey()
const stranger = makeKey()
const first = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const second = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await TestIssuer.start(key)
})
afterEach(() => issuer.close())

const receipt = (overrides: Json = {}): string => aReceipt({issuer: issuer.origin, ...overrides}, key).text
const holding = (candidates: readonly string[], name = 'GitHub'): ReceiptSource =>
  name === 'GitHub' ? aPlace(name, {candidates}) : aSource(name, {candidates})

function run(sources: readonly ReceiptSource[], overrides: Partial<GateRequest> = {}): Promise<GateOutcome> {
  const ask = anAsk(key.pin, {issuer: issuer.origin, ...overrides})
  const place = {issuer: issuer.origin, runId: '7', env: {}, mask: () => undefined}
  return runGate(ask, {...someTools(sources), issuer: openIssuer(ask, place).tools})
}

const codeOf = ({decision}: GateOutcome): RefusalCode | 'allow' =>
  decision.kind === 'allow' ? 'allow' : decision.refusal.code

describe("the issuer's status", () => {
  test('is asked for the receipt that is about to be accepted, whichever source gave it', async () => {
    for (const name of ['the input "receipt"', 'GitHub', 'the issuer']) {
      const outcome = await run([holding([receipt()], name)])
      expect(codeOf(outcome)).toBe('allow')
      expect(outcome).toMatchObject({examined: {status: {status: 'active', receipt: first}}, warnings: []})
    }
    expect(issuer.pathsAsked().filter((path) => path.endsWith('/status'))).toHaveLength(3)
  })

  test('revoked refuses, and the next receipt has its turn', async () => {
    issuer.statuses.set(first, 'revoked')
    expect((await run([holding([receipt()])])).decision).toEqual({
      kind: 'deny',
      refusal: {code: 'revoked', receipt: first},
    })
    const outcome = await run([holding([receipt(), receipt({id: second})])])
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.examined?.status?.receipt).toBe(second)
  })

  test('expired by the clock of the issuer refuses', async () => {
    issuer.statuses.set(first, 'expired')
    expect(codeOf(await run([holding([receipt()])]))).toBe('expired')
  })

  test('redeemed alone is no refusal', async () => {
    issuer.statuses.set(first, 'redeemed')
    expect(codeOf(await run([holding([receipt()])]))).toBe('allow')
  })

  const bad: readonly (readonly [string, () => unknown, string])[] = [
    ['of another receipt', () => issuer.status(second), 'another receipt'],
    ['of six minutes ago', () => issuer.status(first, {at: '2026-04-02T14:54:00Z'}), 'too old'],
    ['of an hour ahead', () => issuer.status(first, {at: '2026-04-02T16:00:00Z'}), 'still to come'],
    ['by a key that is not pinned', () => issuer.status(first, {}, stranger), 'not pinned'],
    ['that was changed', () => ({...issuer.status(first, {status: 'revoked'}), status: 'active'}), 'does not fit'],
    ['that is HTML', () => '<!doctype html>', 'no status'],
  ]

  test.each(bad)('%s is none: a warning, and a refusal where GitHub does not answer either', async (_, body, words) => {
    issuer.instead = ({path}) => (path.endsWith('/status') ? {status: 200, body: body()} : undefined)
    const outcome = await run([holding([receipt()])])
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.examined).toMatchObject({status: undefined, revocation: {kind: 'read to the end'}})
    expect(outcome.warnings).toEqual([expect.stringContaining(words)])
    expect(codeOf(await run([holding([receipt({flags: ['fresh']})])]))).toBe('source_unreachable')
    expect(codeOf(await run([holding([receipt()], 'the input "receipt"')]))).toBe('source_unreachable')
  })

  test.each<readonly [string, Json]>([
    ['a runner an hour ahead', {at: '2026-04-02T14:00:00Z'}],
    ['a runner an hour behind', {at: '2026-04-02T16:00:00Z'}],
  ])('that says revoked is a no for %s too, and no warning', async (_, when) => {
    issuer.instead = ({path}) =>
      path.endsWith('/status') ? {status: 200, body: issuer.status(first, {status: 'revoked', ...when})} : undefined
    const outcome = await run([holding([receipt()])])
    expect([codeOf(outcome), outcome.warnings]).toEqual(['revoked', []])
    issuer.instead = ({path}) =>
      path.endsWith('/status')
        ? {status: 200, body: issuer.status(first, {status: 'revoked', ...when}, stranger)}
        : undefined
    expect(codeOf(await run([holding([receipt()])]))).toBe('allow')
  })

  test('that says unknown refuses: this issuer never made it; said before the receipt was issued it is no word on it', async () => {
    const said = (more: Json): void => {
      const body = (): Json => issuer.status(first, {status: 'unknown', ...more})
      issuer.instead = ({path}) => (path.endsWith('/status') ? {status: 200, body: body()} : undefined)
    }
    said({})
    expect((await run([holding([receipt()])])).decision).toEqual({
      kind: 'deny',
      refusal: {code: 'receipt_unknown', receipt: first},
    })
    said({at: '2026-04-02T14:50:00Z'})
    expect(codeOf(await run([holding([receipt()])]))).toBe('receipt_unknown')
    said({at: '2026-04-02T14:00:00Z'})
    expect(codeOf(await run([holding([receipt()])]))).toBe('allow')
  })

  test('that is an unsigned 404 is none, as if the issuer were down', async () => {
    issuer.instead = ({path}) =>
      path.endsWith('/status') ? {status: 404, body: {error: {code: 'not_found'}}} : undefined
    expect(codeOf(await run([holding([receipt()])]))).toBe('allow')
    expect(codeOf(await run([holding([receipt()], 'the input "receipt"')]))).toBe('source_unreachable')
  })

  test('that cannot be had is asked for once, however many receipts there are', async () => {
    issuer.instead = ({path}) => (path.endsWith('/status') ? {status: 503, body: {}} : undefined)
    const fresh = [receipt({flags: ['fresh']}), receipt({id: second, flags: ['fresh']})]
    const outcome = await run([holding(fresh)])
    expect(codeOf(outcome)).toBe('source_unreachable')
    expect(issuer.pathsAsked().filter((path) => path.endsWith('/status'))).toHaveLength(1)
    expect(outcome.warnings).toEqual(['The issuer gave no valid status of the receipt: it answered 503.'])
  })

  test('lets a receipt through that is flagged fresh', async () => {
    expect(codeOf(await run([holding([receipt({flags: ['fresh']})])]))).toBe('allow')
  })
})

describe('a revocation that was seen', () => {
  const down = (): void => {
    issuer.instead = () => ({status: 503, body: {}})
  }
  const revoking = (revocations: readonly string[], candidates: readonly string[] = []): ReceiptSource =>
    aPlace('GitHub', {candidates, revocations})

  test('refuses every receipt of that id, whoever gave it', async () => {
    down()
    const revocations = [aRevocation(key)]
    const refused = {code: 'revoked', receipt: first, by: 'octocat', at: '2026-04-02T14:45:00Z'}
    for (const sources of [
      [revoking(revocations, [receipt()])],
      [holding([receipt()], 'the input "receipt"'), revoking(revocations)],
      [revoking(revocations), holding([receipt()], 'the issuer')],
    ]) {
      expect((await run(sources)).decision).toEqual({kind: 'deny', refusal: refused})
    }
  })

  test('outweighs a status that still says active', async () => {
    expect(codeOf(await run([revoking([aRevocation(key)], [receipt()])]))).toBe('revoked')
  })

  test('by a denial says so: another authorization is not what helps', async () => {
    const outcome = await run([revoking([aRevocation(key, {cause: 'denied'})], [receipt()])])
    expect(outcome.decision).toMatchObject({refusal: {code: 'denied', environment: 'production', by: 'octocat'}})
  })

  test('leaves other receipts alone', async () => {
    expect(codeOf(await run([revoking([aRevocation(key)], [receipt(), receipt({id: second})])]))).toBe('allow')
  })

  test('that stands alone is the reason, not that nothing was found', async () => {
    expect(codeOf(await run([revoking([aRevocation(key)])]))).toBe('revoked')
  })

  test('counts only when a pinned key signed it for this repository', async () => {
    down()
    const changed = aRevocation(key, {receipt: second}).replace(second, first)
    for (const words of [aRevocation(stranger), aRevocation(key, {repositoryId: 7}), changed, '{']) {
      expect(codeOf(await run([revoking([words], [receipt()])]))).toBe('allow')
    }
  })

  test('is looked for without the word of the issuer only', async () => {
    const place = aPlace('GitHub', {candidates: []})
    const sources = [holding([receipt()], 'the input "receipt"'), place]
    expect(codeOf(await run(sources))).toBe('allow')
    expect(place.asked()).toBe(0)
    down()
    expect(codeOf(await run(sources))).toBe('allow')
    expect(place.asked()).toBe(1)
  })
})

describe('whether it was revoked', () => {
  const alone = (sources: readonly ReceiptSource[], overrides: Partial<GateRequest> = {}): Promise<GateOutcome> =>
    runGate(anAsk(key.pin, overrides), someTools(sources))
  const unread = 'there are 300 check runs of this name or more'

  test.each<readonly [string, SourceAnswer]>([
    ['a bound left revocations unread', {candidates: [], unread}],
    ['a page could not be had', {candidates: [], problem: 'it answered 502'}],
  ])('is not known where %s, and the refusal says which question and why', async (_, gap) => {
    const text = receipt()
    const {decision} = await alone([aPlace('GitHub', {...gap, candidates: [text]})])
    expect(decision).toMatchObject({
      refusal: {
        code: 'source_unreachable',
        problems: [
          `whether the receipt ${first} was revoked is not known`,
          expect.stringMatching(/^GitHub: .*(?:300 check runs|it answered 502)/),
        ],
      },
    })
    // One answer is enough: here the issuer's.
    expect(codeOf(await run([aPlace('GitHub', {...gap, candidates: [text]})]))).toBe('allow')
    issuer.instead = ({path}) => (path.endsWith('/status') ? {status: 503, body: {}} : undefined)
    const both = await run([aPlace('GitHub', {...gap, candidates: [text]})])
    expect(both.decision).toMatchObject({refusal: {problems: expect.arrayContaining(['the issuer: it answered 503'])}})
    expect(codeOf(both)).toBe('source_unreachable')
  })

  test('was not asked where the job names nobody: the result says so', async () => {
    const outcome = await alone([holding([receipt()], 'the input "receipt"')])
    expect(outcome).toMatchObject({decision: {kind: 'allow'}, examined: {revocation: {kind: 'not asked'}}})
  })

  test('is asked where the commit of the receipt is: the deployed one may be another of the same tree', async () => {
    const asked: string[] = []
    const elsewhere = (answer: SourceAnswer): ReceiptSource => ({
      ...aSource('GitHub', {candidates: [receipt()]}),
      revocationsOf: (sha) => {
        asked.push(sha)
        return aSource('GitHub (the commit)', answer)
      },
    })
    const tree = aReceipt({}, key).receipt['scope'] as {readonly tree: string}
    const sha = sure(parseCommitSha('b'.repeat(40)))
    const ask = anAsk(key.pin, {match: 'tree'})
    const byTree = (answer: SourceAnswer): Promise<GateOutcome> =>
      runGate(
        {...ask, deployment: {...ask.deployment, sha}},
        {
          ...someTools([elsewhere(answer)]),
          readTree: () => Promise.resolve({ok: true, value: sure(parseTreeSha(tree.tree))}),
        },
      )
    expect(codeOf(await byTree({candidates: []}))).toBe('allow')
    expect(asked).toEqual([ask.deployment.sha])
    expect(codeOf(await byTree({candidates: [], revocations: [aRevocation(key)]}))).toBe('revoked')
    expect(codeOf(await byTree({candidates: [], problem: 'it answered 500'}))).toBe('source_unreachable')
  })

  test('is asked again where a job that waits looked at what was there before', async () => {
    const again = aSource('GitHub (asked again)', {candidates: [], revocations: [aRevocation(key)]})
    const kept = {...aSource('GitHub', {candidates: [receipt()], isKept: true}), revocationsOf: () => again}
    expect(codeOf(await alone([kept]))).toBe('revoked')
    expect(again.asked()).toBe(1)
  })
})

describe("the issuer's key set", () => {
  test('takes a pinned key away', async () => {
    issuer.keys = [keyEntry(key, {status: 'revoked', revokedAt: '2026-04-02T14:00:00Z'})]
    expect(codeOf(await run([holding([receipt()])]))).toBe('key_revoked')
    issuer.keys = [keyEntry(key, {status: 'retired', notAfter: '2026-04-02T14:00:00Z'})]
    expect(codeOf(await run([holding([receipt()])]))).toBe('key_revoked')
  })

  test('gives none: a key that it lists and nobody pinned signs nothing', async () => {
    issuer.keys = [keyEntry(key), keyEntry(stranger)]
    expect(codeOf(await run([holding([aReceipt({issuer: issuer.origin}, stranger).text])]))).toBe('key_not_pinned')
  })

  test('that gives the key up slowly is a warning', async () => {
    issuer.keys = [keyEntry(key, {status: 'retiring'})]
    const outcome = await run([holding([receipt()])])
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.warnings).toEqual([expect.stringContaining(`giving up ${key.pin}`)])
  })

  test('that gives up another pinned key is no news: its successor is in use', async () => {
    issuer.keys = [keyEntry(stranger, {status: 'retiring'}), keyEntry(key)]
    const pinned = parsePinnedKeys(`${stranger.pin}\n${key.pin}`)
    if (!pinned.ok) throw new Error(pinned.fault.join())
    expect((await run([holding([receipt()])], {keys: pinned.value})).warnings).toEqual([])
  })

  test.each([404, 503])(
    'counts where the issuer tells this job no status (%i): a revoked key signs nothing',
    async (status) => {
      issuer.instead = ({path}) => (path.endsWith('/status') ? {status, body: {}} : undefined)
      expect(codeOf(await run([holding([receipt()])]))).toBe('allow')
      issuer.keys = [keyEntry(key, {status: 'revoked', revokedAt: '2026-04-02T14:00:00Z'})]
      expect(codeOf(await run([holding([receipt(), receipt({id: second})])]))).toBe('key_revoked')
      expect(issuer.pathsAsked().filter((path) => path.endsWith('/countersign-keys.json'))).toHaveLength(2)
    },
  )

  test('is not asked for where nobody answers: one outage is one warning', async () => {
    const text = receipt()
    await issuer.close()
    const outcome = await run([holding([text])])
    expect(codeOf(outcome)).toBe('allow')
    expect(outcome.warnings).toEqual([expect.stringContaining('could not be reached (ECONNREFUSED)')])
  })

  test('that is not to be had, or not signed by a pinned key, is a warning', async () => {
    const byStranger = stranger.sign({
      type: 'countersign.keys/v1',
      keys: [keyEntry(key, {status: 'revoked'})],
      version: 9,
      at: '2026-04-02T15:00:00Z',
    })
    for (const answer of [
      {status: 404, body: {}},
      {status: 200, body: byStranger},
    ]) {
      issuer.instead = ({path}) => (path.startsWith('/.well-known') ? answer : undefined)
      const outcome = await run([holding([receipt()])])
      expect(codeOf(outcome)).toBe('allow')
      expect(outcome.warnings).toEqual([expect.stringContaining('was not checked')])
    }
  })
})

test('nobody is asked about a receipt that is refused anyway', async () => {
  expect(codeOf(await run([holding([receipt({scope: {environment: 'staging'}})])]))).toBe('environment_mismatch')
  expect(issuer.asked).toEqual([])
})
