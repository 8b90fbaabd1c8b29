/** The life of the receipt key on AWS: `{"rotate": …}` and `{"revoke": …}` to the schedule function, with keys in KMS. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, beforeAll, expect, jest, test} from '@jest/globals'
import {type KeySet, verify} from '#protocol'
import {arnOf} from './kms.ts'
import {absent} from './cloud-stage.ts'
import {type IssuedReceipt, LambdaStage} from './lambda-stage.ts'

jest.setTimeout(300_000)

if (absent !== undefined) {
  test.skip(`key rotation on Lambda (${absent})`, () => undefined)
} else {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-clock-'))
  const clock = join(folder, 'ahead')
  let stage: LambdaStage
  let [first, next]: [string, string] = ['', '']
  let old: IssuedReceipt

  beforeAll(async () => {
    writeFileSync(clock, '0')
    const preload = join(import.meta.dirname, 'shifted-clock.ts')
    stage = await LambdaStage.open({NODE_OPTIONS: `--import ${preload}`, CLOCK_AHEAD: clock})
    first = (await stage.order({begin: 'ledger'})).pin
    await stage.openPullRequest()
    old = await stage.authorize()
  })
  afterAll(async () => {
    await stage.close()
    rmSync(folder, {recursive: true, force: true})
  })

  const published = async (): Promise<KeySet> =>
    (await (await stage.get('/.well-known/countersign-keys.json')).json()) as KeySet

  const signedWithNext = (): number =>
    stage.cloud.kms.asked.filter(({operation, body}) => operation === 'Sign' && body['KeyId'] === arnOf('next')).length

  const states = ({keys}: KeySet): Readonly<Record<string, string>> =>
    Object.fromEntries(keys.filter(({use}) => use === 'receipt').map(({publicKey, status}) => [publicKey, status]))

  const signerOf = async (path: string): Promise<string> =>
    ((await (await stage.get(path)).json()) as {readonly publicKey: string}).publicKey

  test('an order that cannot be read changes nothing, and says what can be ordered', async () => {
    const misspelt = [
      {rotat: {}},
      {rotate: 'now'},
      {rotate: {now: false}},
      {rotate: {now: true, overlap: '7d'}},
      {rotate: {overlap: '1y'}},
      {rotate: {}, begin: 'ledger'},
      {revoke: {}},
      {revoke: {publicKey: 'pp_pk_00'}},
      {revoke: {publicKey: first, at: 'now'}},
      {keys: 'rotate'},
      {begin: 'anew'},
    ]
    for (const order of misspelt) await expect(stage.order(order)).rejects.toThrow('Orders are: ')
    expect(await published()).toMatchObject({version: 1})
  })

  test('the only key that signs is not revoked', async () => {
    await expect(stage.order({revoke: {publicKey: first}})).rejects.toThrow('the only key that signs')
  })

  test('a rotation announces the key that stands behind the comma; until its time the old one signs, and both are taken', async () => {
    const {pin, lines} = await stage.order({rotate: {overlap: '1m'}})
    next = lines?.[0] ?? ''
    expect([pin, lines]).toEqual([first, [expect.stringMatching(/^pp_pk_[0-9a-f]{64}$/)]])
    const keySet = await published()
    expect([keySet.publicKey, states(keySet)]).toEqual([first, {[first]: 'retiring', [next]: 'active'}])
    expect((await stage.authorize('staging')).publicKey).toBe(first)
    expect(await stage.gate(first, next)).toMatchObject({exitCode: 0, outputs: {authorized: 'true'}})
    expect((await stage.order({keys: 'list'})).lines).toEqual([
      expect.stringMatching(`^${first} receipt retiring, .*signs now$`),
      expect.stringContaining(' ledger  active'),
      expect.stringContaining(`${next} receipt active`),
    ])
    await expect(stage.order({rotate: {}})).rejects.toThrow('A rotation is under way')
    expect(signedWithNext()).toBe(0)
  })

  test('after it the new one signs, in processes that were running all the while, and what the old one signed still counts', async () => {
    writeFileSync(clock, '61000')
    stage.github.world.advance({seconds: 61})
    expect(await published()).toMatchObject({publicKey: next, version: 3})
    expect(await signerOf(`/v1/receipts/${old.id}/status`)).toBe(next)
    const receipt = await stage.say(`/authorize staging ${stage.head}`, async () => {
      const newest = await stage.findReceipt('staging')
      return newest?.publicKey === next ? newest : undefined
    })
    expect(verify.receipt(JSON.stringify(receipt), {keys: next, now: new Date(Date.now() + 61_000)})).toMatchObject({
      valid: true,
    })
    expect(await stage.gate(first, next)).toMatchObject({exitCode: 0, outputs: {'receipt-id': old.id}})
    expect((await (await stage.get('/')).text()).includes(next)).toBe(true)
    expect((await stage.order({})).pin).toBe(next)
  })

  test('a further rotation waits for a further key', async () => {
    await expect(stage.order({rotate: {now: true}})).rejects.toThrow('names no key that was never announced')
    expect(await published()).toMatchObject({version: 3})
  })

  test('a revoked key vouches for nothing any more', async () => {
    await stage.order({revoke: {publicKey: first, since: '2026-01-01T00:00:00Z'}})
    expect(states(await published())).toEqual({[first]: 'revoked', [next]: 'active'})
    expect(await stage.gate(first, next)).toMatchObject({exitCode: 1, outputs: {'reason-code': 'key_revoked'}})
  })

  test('each change is an entry of the one ledger, signed to its end', async () => {
    const {ledgerKey} = await stage.order({})
    const entries = await (await stage.get('/v1/ledger/entries?start=0&count=100')).text()
    const checkpoint = await (await stage.get('/v1/ledger/checkpoint')).text()
    expect(verify.chain(entries, {checkpoint, ledgerKey})).toMatchObject({valid: true, anchored: 'checkpoint'})
    expect([...entries.matchAll(/"event":"([a-z.]+)"/g)].map(([, event]) => event)).toEqual([
      'ledger.created',
      'receipt.issued',
      'key.rotated',
      'receipt.issued',
      'receipt.issued',
      'key.rotated',
    ])
  })

  test('the next start needs the retired key no more, nor one that KMS has disabled', async () => {
    const key = stage.cloud.kms.keys.get('receipts')
    if (key !== undefined) key.state = 'DisabledException'
    await stage.cloud.stop()
    stage.cloud.restart()
    expect((await stage.order({})).pin).toBe(next)
    expect(await published()).toMatchObject({publicKey: next})
    expect(stage.cloud.receipts.output).toContain('is disabled')
  })

  test('a start without the key that signs is refused, and says which one it is', async () => {
    const key = stage.cloud.kms.keys.get('next')
    if (key !== undefined) key.state = 'NotFoundException'
    const retired = stage.cloud.kms.keys.get('receipts')
    if (retired !== undefined) delete retired.state
    await stage.cloud.stop()
    stage.cloud.restart()
    await expect(stage.order({})).rejects.toThrow(`no key that it names is ${next}`)
    expect((await stage.get('/.well-known/countersign-keys.json')).status).toBe(502)
    if (key !== undefined) delete key.state
    expect((await stage.order({})).pin).toBe(next)
  })
}
