/** Ending more receipts than one change takes: in parts, in one chain, and nothing twice. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {parseRepositoryName} from '#protocol'
import {closedWith} from '../../issuer/mint/fold-no.ts'
import {endSurplus} from '../../issuer/decide/end.ts'
import {loadSigner, makeKeyFile} from '../../issuer/keys/pem.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {at, firstEntry, receiptOf, scopeOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'
import {checkedLedger} from '../stores/suite.ts'
import {must, origin} from './builders.ts'

const folder = mkdtempSync(join(tmpdir(), 'countersign-surplus-'))
let durable: Durable
beforeEach(async () => {
  durable = openSqlite(join(folder, 'countersign.db'))
  await durable.createLedger(firstEntry)
})
afterEach(() => {
  durable.close()
  rmSync(folder, {recursive: true})
})

test('the oldest end first, until one change takes the rest', async () => {
  makeKeyFile(join(folder, 'receipt.pem'), 'ed25519')
  const signer = loadSigner(join(folder, 'receipt.pem'))
  if (!signer.ok) throw new Error(signer.fault)
  for (let n = 1; n <= 90; n++) await decideStatement(durable, {n})
  const order = {
    scope: scopeOf(),
    repository: {
      name: must(parseRepositoryName('octo-org/api-service')),
      owner: {id: 9919, login: 'octo-org'},
      public: true,
    },
    by: {id: 583231, login: 'octocat'},
    cause: 'closed',
    nonce: 'f'.repeat(32),
    choose: (state, now) => closedWith(state, {pullRequest: 42, at: Infinity}, now),
  } satisfies Parameters<typeof endSurplus>[0]
  const tools = {...durable, signer: signer.value, issuer: origin, now: () => at + 1000}
  await endSurplus(order, tools)
  const {state} = await durable.store.read(scopeOf())
  expect(state.receipts.map(({id}) => id)).toEqual(Array.from({length: 10}, (_, i) => receiptOf(81 + i).id))
  expect(state.revoked).toHaveLength(80)
  const events = (await checkedLedger(durable)).map(({event}) => event)
  expect(events.filter((event) => event === 'receipt.revoked')).toHaveLength(80)
  await endSurplus(order, tools)
  expect(await checkedLedger(durable)).toHaveLength(1 + 90 + 80)
})
