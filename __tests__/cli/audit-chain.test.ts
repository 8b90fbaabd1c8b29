/** `countersign audit` along the chain of authorizations: where it leads, how it ends, and where it is broken. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {makeKey} from '../protocol/builders.ts'
import {type TestIssuer, auditWords, ids, keys, openIssuer, pin} from './audit-issuer.ts'
import {type CommandRun, countersign, useBuiltCommand} from './command.ts'

useBuiltCommand()

let issuer: TestIssuer
beforeEach(async () => {
  issuer = await openIssuer()
})
afterEach(() => issuer.close())

const audit = (more: readonly string[] = []): Promise<CommandRun> =>
  countersign([...auditWords(issuer), ...keys, ...more])

/** A commit named by one letter. */
const sha = (letter: string): string => letter.repeat(40)

/** Receipts, oldest first: each a commit and the one that it counts from, such as `b<a`; a dot for none. */
function issueAll(...steps: readonly string[]): void {
  for (const step of steps) {
    const [commit = '', since = ''] = step.split('<')
    issuer.issue({scope: {sha: sha(commit), ...(since === '.' ? {} : {since: sha(since)})}})
  }
}

interface ToldChain {
  readonly valid: boolean
  readonly chain: {readonly receipts: readonly string[]; readonly end: Readonly<Record<string, unknown>>} | null
}

async function chainOf(): Promise<ToldChain> {
  const {out, code} = await audit(['--json'])
  const told = JSON.parse(out) as ToldChain
  expect(code).toBe(told.valid ? 0 : 1)
  return told
}

/** The newest first, by their places among those issued. */
const places = (...numbers: readonly number[]): readonly string[] => numbers.map((n) => ids[n] ?? '')
const ground = {kind: 'ground', since: sha('0')}

describe('the chain', () => {
  test.each<readonly [string, readonly string[], readonly number[], Readonly<Record<string, unknown>>]>([
    ['of one receipt that names nothing ends there', ['a<.'], [0], {kind: 'none'}],
    ['leads from commit to commit, to the ground', ['a<0', 'b<a', 'c<b'], [2, 1, 0], ground],
    ['ends where a receipt names nothing, whatever was before', ['a<0', 'b<.', 'c<b'], [2, 1], {kind: 'none'}],
    ['passes over what it does not count from', ['a<0', 'b<a', 'c<a'], [2, 0], ground],
    ['leads to the newest of a commit', ['a<0', 'b<a', 'a<a', 'c<a'], [3, 2, 0], ground],
    ['of a rollback leads on from the newest earlier receipt of that commit', ['a<0', 'b<a', 'a<a'], [2, 0], ground],
    ['of rollbacks back and forth runs in no circle', ['a<0', 'b<a', 'a<b', 'b<a', 'a<b'], [4, 3, 2, 1, 0], ground],
    ['of a later receipt rests on the ground of the first', ['a<0', 'b<0'], [1], ground],
    ['of a return to the ground itself rests on it', ['a<0', '0<0', 'c<0'], [2, 1], ground],
  ])('%s (%j)', async (...[, steps, walked, end]) => {
    issueAll(...steps)
    expect(await chainOf()).toMatchObject({valid: true, chain: {receipts: places(...walked), end}})
  })

  test('is told in words', async () => {
    issueAll('a<0', 'b<a')
    const {code, out, err} = await audit()
    expect([code, err]).toEqual([0, ''])
    expect(out).toContain(`The chain of authorizations, from ${ids[1] ?? ''}: 2 receipts, back to ${ids[0] ?? ''}.\n`)
    expect(out).toContain(`It ends on the ground, ${sha('0')}: what lay beneath the first authorization there`)
  })

  test('of a receipt that counts from nothing asks the issuer for nothing more', async () => {
    issueAll('a<.')
    expect((await audit()).out).toContain('It ends there: no earlier authorization is named.')
    expect(issuer.requests.map(({url = ''}) => url.split('?')[0])).not.toContain('/v1/receipts')
  })

  test('begins with what was running, by the repository’s id, and reads pages as far as it needs them', async () => {
    issueAll('a<0', ...Array.from({length: 24}, () => 'b<a'), 'c<a')
    const {code, out} = await audit()
    expect([code, out]).toEqual([0, expect.stringContaining(`2 receipts, back to ${ids[0] ?? ''}.`)])
    const pages = issuer.requests.flatMap(({url = ''}) => (url.startsWith('/v1/receipts?') ? [url] : []))
    // Twenty, the other five, and that there is nothing more: only then is the first known to be the first.
    expect(pages).toHaveLength(3)
    expect(pages[0]).toMatch(/\?repository_id=1296269&environment=production&before=rcpt_dg_01jdaa3x7k0{14}25$/)
  })
})

describe('a broken chain', () => {
  test('says between which commits nobody authorized anything, and fails', async () => {
    issueAll('a<0', 'b<a', 'd<c')
    const {code, out, err} = await audit()
    expect(code).toBe(1)
    expect(err).toContain('The chain: refused (audit_chain_broken)')
    expect(err).toContain(
      `${ids[2] ?? ''} counts from ${sha('c')}, which no earlier receipt names: commits between ${sha('b')} and ${sha('c')} were never authorized.`,
    )
    expect(out).toContain(`It is broken there: ${sha('c')} is not shown to have been authorized.`)
  })

  test('is complained of beside CSV, and in JSON refuses the whole', async () => {
    issueAll('a<0', 'd<c')
    const {code, err, out} = await audit(['--csv'])
    expect([code, err]).toEqual([1, expect.stringContaining('(audit_chain_broken)')])
    expect(out.trim().split('\r\n')).toHaveLength(3)
    expect(await chainOf()).toMatchObject({
      valid: false,
      chain: {receipts: places(1), end: {kind: 'broken', since: sha('c'), refusal: {code: 'audit_chain_broken'}}},
    })
  })

  test('is one too where a rollback names a commit that only a later receipt names', async () => {
    issueAll('a<0', 'b<b', 'c<b')
    expect(await chainOf()).toMatchObject({valid: false, chain: {receipts: places(2, 1), end: {kind: 'broken'}}})
  })

  test.each([
    ['by a key that is not pinned', () => issuer.issue({by: makeKey(), scope: {sha: sha('a')}}), 'key_not_pinned'],
    ['for another environment', () => issuer.issue({scope: {sha: sha('a'), environment: 'staging'}}), 'environment_mismatch'],
    ['of another issuer', () => issuer.issue({scope: {sha: sha('a')}, issuer: 'https://other.example'}), 'issuer_mismatch'],
  ])('is where the receipt that it leads to does not hold: %s', async (_, issue, code) => {
    issue()
    issueAll('b<a')
    // The answer itself has the newest alone.
    issuer.answer = (honest) => ({...honest, records: (honest['records'] as readonly unknown[]).slice(0, 1)})
    const told = await chainOf()
    expect(told).toMatchObject({valid: false, chain: {receipts: places(1), end: {kind: 'broken', refusal: {code}}}})
  }) // prettier-ignore
})

describe('a list of receipts', () => {
  test('is read no further than a thousand', async () => {
    issueAll('b<a')
    let asked = 0
    const [other] = issuer.list('')
    issuer.list = () =>
      Array.from({length: 20}, () => {
        const id = `rcpt_dg_01jdaa3x7k${String((asked += 1)).padStart(16, '0')}`
        return {...(other as object), id, signature: `ed25519:${'0'.repeat(128)}`}
      })
    expect(await chainOf()).toMatchObject({valid: true, chain: {end: {kind: 'unread', since: sha('a')}}})
    expect(asked).toBe(1000)
    expect((await audit()).out).toContain(`It goes on from ${sha('a')}, further back than was read.`)
  })

  test.each<readonly [string, () => readonly unknown[], string]>([
    ['holds one twice', () => issuer.list('').slice(0, 1), 'twice'],
    ['holds what is no receipt', () => [{}], 'holds something else'],
    [
      'does not stand newest first',
      () => [pin.sign({...(issuer.list('')[0] as object), id: ids[4], issuedAt: '2026-04-02T14:59:00Z'})],
      'does not stand newest first',
    ],
  ])('that %s is no answer', async (_, list, problem) => {
    issueAll('b<a')
    const page = list()
    issuer.list = () => page
    const {code, err} = await audit()
    expect([code, err]).toEqual([3, expect.stringContaining(problem)])
  })
})
