/** Key sets by the number of the entry that announced them: public, whole, and nothing else by any number. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import type {Hono} from 'hono'
import {digestOf} from '#protocol'
import {keySetRoutes} from '../../issuer/api/ledger-routes.ts'
import {type KeyIssuer, startKeyIssuer} from './keys-issuer.ts'

let issuer: KeyIssuer
let routes: Hono
beforeAll(async () => {
  issuer = await startKeyIssuer()
  await issuer.run('rotate --now')
  await issuer.run('rotate --now')
  routes = keySetRoutes(issuer.durable)
})
afterAll(() => issuer.close())

test('each announced set is given whole: its digest is that of its entry', async () => {
  const announced = (await issuer.entries()).filter(({event}) => event === 'key.rotated')
  expect(announced.length).toBe(2)
  for (const {seq, digests} of announced) {
    const answer = await routes.request(`/${seq}`)
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([200, 'public, max-age=86400, immutable'])
    expect(digestOf(await answer.text())).toBe(digests['keys'])
  }
})

test.each(['0', '3', '01', '1.0', '-1', '9'.repeat(16), 'x'])('nothing is at %s', async (seq) => {
  expect((await routes.request(`/${seq}`)).status).toBe(404)
})
