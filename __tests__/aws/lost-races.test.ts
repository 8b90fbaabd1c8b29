/** Lost races are told in the log, one line each, and nothing else is. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {lostRace, loggingLostRaces} from '../../issuer/home/aws/open.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {answers, decides, firstEntry, proposal, publicationOf, scopeOf, statementOf} from '../stores/builders.ts'

test('an append that came second is told of; one that came first and an answer are not', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-losses-'))
  const durable = openSqlite(join(folder, 'countersign.db'))
  await durable.createLedger(firstEntry)
  const said: string[] = []
  const store = loggingLostRaces(durable.store, {info: (_, message) => void said.push(message)})
  for (const n of [1, 2, 3]) await durable.idempotency.begin(statementOf(n), proposal(n))
  const read = await store.read(scopeOf())
  expect(await store.commit(decides({n: 1, read}))).toBe('committed')
  expect(await store.commit(answers(3))).toBe('committed')
  expect(await store.commit(answers(3, {publication: {...publicationOf(3), reply: 'other'}}))).toBe('lost')
  expect(said).toEqual([])
  expect(await store.commit(decides({n: 2, read}))).toBe('lost')
  expect(said).toEqual([lostRace])
  durable.close()
  rmSync(folder, {recursive: true, force: true})
})
