/** The part of the common suite about the announced key sets: each is the body of its entry, and of two rivals one is lost. */
import {generateKeyPairSync} from 'node:crypto'
import {expect, test} from '@jest/globals'
import {type KeySet, canonicalJson} from '#protocol'
import {signKeySet} from '../../issuer/keys/key-ring.ts'
import type {KeyChange} from '../../issuer/model/key-sets.ts'
import {firstKeys, mintKeyEntry} from '../../issuer/mint/mint-key-set.ts'
import {nextTime} from '../../issuer/mint/mint-record.ts'
import {readSigner} from '../../issuer/keys/pem.ts'
import type {Signer} from '../../issuer/model/signer.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {at, decides, firstEntry, proposal, scopeOf, statementOf} from './builders.ts'
import {decideStatement} from './deciding.ts'
import {checkedLedger} from './suite.ts'

function makeSigner(): Signer {
  const {privateKey} = generateKeyPairSync('ed25519')
  const made = readSigner(privateKey.export({type: 'pkcs8', format: 'pem'}).toString(), 'the key')
  if (!made.ok) throw new Error(made.fault)
  return made.value
}

async function makeKeySet(version: number): Promise<KeySet> {
  const [receipt, ledger] = [makeSigner(), makeSigner()]
  const keys = firstKeys({receipt: receipt.publicKey, ledger: ledger.publicKey, since: at})
  return await signKeySet({...keys, version}, {signer: receipt, now: at})
}

/** What follows the ledger's end as it is now. */
async function changeOf({ledger}: Durable, keySet: KeySet): Promise<KeyChange> {
  const head = await ledger.head()
  return {head, keySet, entry: mintKeyEntry({head, keySet, at: nextTime(head, at)})}
}

export function testKeySets(the: () => Durable): void {
  test('there is none but the first, whose digest the first entry has', async () => {
    expect(await the().keySets.newest()).toBeUndefined()
    expect((await the().entries.last()).hash).toBe(firstEntry.hash)
  })

  test('the newest is the one that was announced last, among decisions, and each is public under its number', async () => {
    const sets = [await makeKeySet(2), await makeKeySet(3)]
    for (const [i, keySet] of sets.entries()) {
      await decideStatement(the(), {n: i + 1})
      expect(await the().keySets.announce(await changeOf(the(), keySet))).toBe('committed')
      expect(await the().keySets.newest()).toEqual(keySet)
    }
    const entries = await checkedLedger(the())
    expect(entries.map(({event}) => event)).toEqual([
      'ledger.created',
      'receipt.issued',
      'key.rotated',
      'receipt.issued',
      'key.rotated',
    ])
    expect((await the().ledger.rows(2, 1))[0]).toMatchObject({entry: entries[2], public: true})
    expect(await the().entries.keySet(2)).toBe(canonicalJson(sets[0]))
    expect(await the().entries.keySet(1)).toBeUndefined()
  })

  test('is lost when a decision came first, and nothing of it is written', async () => {
    const change = await changeOf(the(), await makeKeySet(2))
    await decideStatement(the(), {n: 1})
    expect(await the().keySets.announce(change)).toBe('lost')
    expect(await the().keySets.newest()).toBeUndefined()
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('has a decision lost that was made before it', async () => {
    await the().idempotency.begin(statementOf(1), proposal(1))
    const read = await the().store.read(scopeOf())
    expect(await the().keySets.announce(await changeOf(the(), await makeKeySet(2)))).toBe('committed')
    expect(await the().store.commit(decides({n: 1, read}))).toBe('lost')
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('of several at once one wins', async () => {
    const changes = await Promise.all([2, 2, 2, 2].map(async (version) => changeOf(the(), await makeKeySet(version))))
    const results = await Promise.all(changes.map((change) => the().keySets.announce(change)))
    expect(results.filter((result) => result === 'committed')).toHaveLength(1)
    expect(await the().keySets.newest()).toEqual(changes[results.indexOf('committed')]?.keySet)
    expect(await checkedLedger(the())).toHaveLength(2)
  })

  test('that does not follow throws and writes nothing', async () => {
    const change = await changeOf(the(), await makeKeySet(2))
    await expect(the().keySets.announce({...change, entry: firstEntry})).rejects.toThrow('would break')
    expect(await checkedLedger(the())).toHaveLength(1)
  })
}
