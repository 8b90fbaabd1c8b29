/** Which commits GitHub calls verified, and that nobody gets there by copying. */

import {createHash} from 'node:crypto'

import {afterEach, beforeEach, expect, test} from '@jest/globals'

import {git} from '../../sandbox/git/run.ts'
import {theRepository} from '../../sandbox/world.ts'
import {type Json, repo, startTown, text, type Town} from './builders.ts'

let town: Town

beforeEach(async () => {
  town = await startTown()
})

afterEach(async () => {
  await town.github.close()
  expect(town.world.violations).toEqual([])
})

const get = async (path: string): Promise<Json> => (await town.ask(`/repos/${repo}${path}`)).body
const push = (more: Partial<Parameters<Town['world']['push']>[0]> = {}) =>
  town.world.push({repository: repo, branch: 'feature', pusher: 'hubot', files: {'b.txt': 'b\n'}, ...more})
/** Both forms of a commit say the same of its signature. */
async function verification(sha: string): Promise<Json> {
  const [whole, bare] = [await get(`/commits/${sha}`), await get(`/git/commits/${sha}`)]
  expect(bare['verification']).toEqual(whole['commit']?.['verification'])
  return bare['verification'] ?? {}
}
const raw = async (sha: string): Promise<string> =>
  (await git(repository().git.folder, ['cat-file', 'commit', sha])).toString()
const repository = () => theRepository(town.world, repo)
const forged = {name: 'octocat', email: 'octocat@users.noreply.github.com', date: '2026-01-02T03:04:05Z'}

test('what a token makes through the API is signed by GitHub, whatever its author line says', async () => {
  const sha = await push({signedByGitHub: true, author: forged, message: 'One\n\nTwo'})
  expect(await get(`/commits/${sha}`)).toMatchObject({author: {login: 'octocat'}, committer: {login: 'web-flow'}})
  const {verified, reason, payload, signature, verified_at: at} = await verification(sha)
  expect([verified, reason]).toEqual([true, 'valid'])
  expect(text(at)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
  // The signature stands in the commit, so its SHA covers it, and git finds nothing wrong with it.
  const header = `gpgsig ${text(signature).replaceAll('\n', '\n ')}\n`
  const [head = '', ...rest] = text(payload).split('\n\n')
  const body = [`${head}\n${header.trimEnd()}\n `, ...rest].join('\n\n')
  expect(await raw(sha)).toBe(body)
  expect(createHash('sha1').update(`commit ${body.length}\0${body}`).digest('hex')).toBe(sha)
  expect((await git(repository().git.folder, ['fsck', '--strict', '--no-dangling'])).toString()).toBe('')
})

test('a key that GitHub knows is verified, one that it does not know is not', async () => {
  const registered = await push({signed: 'registered', author: forged})
  expect(await verification(registered)).toMatchObject({verified: true, reason: 'valid'})
  const other = await push({signed: 'other'})
  expect(await verification(other)).toMatchObject({
    verified: false,
    reason: 'unknown_key',
    signature: expect.stringContaining('BEGIN PGP SIGNATURE'),
    payload: expect.stringMatching(/^tree [0-9a-f]{40}\n/),
    verified_at: null,
  })
  const nobody = await push({signed: 'other', committer: {email: 'nobody@example.com'}})
  expect(await verification(nobody)).toMatchObject({verified: false, reason: 'no_user'})
  const none = {verified: false, reason: 'unsigned', signature: null, payload: null, verified_at: null}
  expect(await verification(await push())).toEqual(none)
})

test('GitHub’s name and signature, copied by hand, verify nothing', async () => {
  const real = await push({signedByGitHub: true})
  const committer = {name: 'GitHub', email: 'noreply@github.com'}
  expect(await verification(await push({committer}))).toMatchObject({verified: false, reason: 'unsigned'})
  expect(await verification(await push({committer, signed: 'other'}))).toMatchObject({reason: 'unknown_key'})
  const stolen = text((await verification(real))['signature'])
  const date = '2026-01-02T03:04:05Z'
  const copy = {ref: undefined, parents: [real], message: 'Mine', files: {x: 'x'}, sign: () => stolen}
  const [sha = ''] = await repository().git.write([
    {...copy, author: {...committer, date}, committer: {...committer, date}},
  ])
  expect(await verification(sha)).toMatchObject({verified: false, reason: 'invalid', signature: stolen})
})
