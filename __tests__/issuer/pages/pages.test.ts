/** The pages as they are sent: their policy, what they tell about private repositories, the proofs beside them. */
import {createHash} from 'node:crypto'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {verify} from '#protocol'
import {type Stage, asked, openStage} from './stage.ts'
import {type Story, seedStory} from './story.ts'

let stage: Stage
let story: Story

beforeAll(async () => {
  stage = await openStage()
  story = await seedStory(stage)
})
afterAll(async () => await stage.close())

const get = async (path: string): Promise<string> => await (await fetch(stage.url + path)).text()
const getJson = async (path: string): Promise<Record<string, unknown>> => JSON.parse(await get(path)) as never

describe('the policy that a page is sent with', () => {
  test.each(['/', '/ledger', '/r/demo'])(
    'of %s lets the very script and style run that it carries, and nothing else',
    async (path) => {
      const response = await fetch(stage.url + path)
      const page = await response.text()
      const policy = response.headers.get('content-security-policy') ?? ''
      for (const [element, directive] of [
        ['script', 'script-src'],
        ['style', 'style-src'],
      ] as const) {
        const carried = [...page.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, 'g'))].map(
          ([, content = '']) => content,
        )
        const hashes = carried.map((content) => `'sha256-${createHash('sha256').update(content).digest('base64')}'`)
        expect(policy.split('; ')).toContain(`${directive} ${hashes.join(' ')}`)
        expect(hashes).toHaveLength(1)
      }
      expect(policy).toContain("default-src 'none'")
      expect(policy).not.toMatch(/unsafe|\*/)
      expect(page).not.toMatch(/ (?:style|on[a-z]+)="/)
    },
  )
})

describe('what goes out', () => {
  const since = '7c1e5d90b3a8f2644e0d9c7b1a5f38e26d4b0c91'
  const rangeIn = async ({id}: {readonly id: string}): Promise<string> =>
    /<dt>Range<\/dt>\s*<dd>([^]*?)<\/dd>/.exec(await get(`/r/${id}`))?.[1]?.trim() ?? 'not said'

  test('is everything since the commit that was authorized before, beside GitHub’s comparison of the two', async () => {
    const {repository, sha} = story.active.scope
    expect(await rangeIn(story.active)).toBe(
      `<a href="https://github.com/${repository}/compare/${since}...${sha}">everything since 7c1e5d9</a>`,
    )
  })

  test('is nothing new, where the very commit was authorized before', async () => {
    const again = await stage.issue({
      at: asked - 30_000,
      receipt: {scope: {environment: 'again', since: story.active.scope.sha}},
    })
    expect(await rangeIn(again)).toBe('nothing new: this commit was authorized before')
  })

  test('is counted from nothing where no earlier authorization is named', async () => {
    expect(await rangeIn(story.redeemed)).toBe('no earlier authorization is named')
  })
})

describe('a private repository', () => {
  test('has a page that is sent like a missing one', async () => {
    for (const form of ['', '.json']) {
      const [secret, missing] = await Promise.all(
        [story.secret.id, `${story.secret.id.slice(0, -1)}z`].map(async (id) => {
          const response = await fetch(`${stage.url}/r/${id}${form}`)
          const headers = [...response.headers].filter(([name]) => name !== 'date')
          return {status: response.status, headers, body: await response.text()}
        }),
      )
      expect(secret?.status).toBe(404)
      expect(secret).toEqual(missing)
    }
  })

  test('is shown to whoever holds the link, and the page leads on with it', async () => {
    const page = await get(`/r/${story.secret.id}?link=secret`)
    expect(page).toContain('octo-org/secret')
    expect(page).toContain(`/r/${story.secret.id}.json?link=secret`)
  })

  test('is a number and a hash in the ledger, and not found by its receipt', async () => {
    expect(await get('/ledger')).not.toContain(story.secret.id)
    expect(await get(`/ledger?q=${story.secret.id}`)).toContain('no entry that you may see')
    expect(await get(`/ledger?q=${story.secret.id}&link=secret`)).toContain('A receipt was issued')
  })

  test('a link that could act in a shell is in no command', async () => {
    const page = await get(`/r/${story.active.id}?link=${encodeURIComponent("';curl x'")}`)
    expect(page).not.toContain('curl x')
    expect(page).toContain(`/r/${story.active.id}.json&#39;\npython3`)
  })

  test('keeps its link to itself: a page that everybody may read leads on without it', async () => {
    expect(await get(`/r/${story.secret.id}?link=secret`)).toContain('link=secret')
    expect(await get(`/r/${story.active.id}?link=secret`)).not.toContain('link=secret')
  })
})

describe('foreign text', () => {
  test('stays text, wherever it comes from', async () => {
    const page = await get(`/ledger?q=${encodeURIComponent('"><script>alert(1)</script>')}`)
    expect(page).not.toContain('<script>alert')
    expect(page).toContain('&quot;&gt;&lt;script&gt;')
  })

  test("a run's address is a link only when a browser opens it as a page", async () => {
    const receipt = await stage.issue({at: asked - 30_000, receipt: {scope: {environment: 'odd'}}})
    await stage.happen(receipt, 'deploy.started', {run: {id: '7', url: 'javascript:alert(1)'}})
    await stage.happen(receipt, 'deploy.finished', {run: 'seven', outcome: 7})
    const page = await get(`/r/${receipt.id}`)
    expect(page).not.toContain('javascript:')
    expect(page).toContain('A deployment began in run 7')
    expect(page).toContain('The deployment ended (no outcome), a run')
  })
})

describe('everything as JSON', () => {
  test('verifies with the SDK: receipt, place and checkpoint', async () => {
    const {receipt, entry, inclusion, checkpoint, state} = await getJson(`/r/${story.active.id}.json`)
    expect(verify.receipt(receipt, {keys: stage.key.pin, now: asked})).toMatchObject({valid: true})
    const {proof, size} = inclusion as {proof: readonly string[]; size: number}
    expect(
      verify.inclusion(entry, {checkpoint: checkpoint as string, ledgerKey: stage.ledgerKey, proof}),
    ).toMatchObject({
      valid: true,
      size,
    })
    expect(state).toBe('active')
  })

  test.each(['expired', 'revoked', 'redeemed', 'damaged'] as const)('says that a receipt is %s', async (state) => {
    expect((await getJson(`/r/${story[state].id}.json`))['state']).toBe(state)
  })

  test('carries the revocation, which verifies, and what runs reported', async () => {
    const {revocation} = await getJson(`/r/${story.revoked.id}.json`)
    expect(verify.revocation(revocation, {keys: stage.key.pin, expect: {receipt: story.revoked.id}})).toMatchObject({
      valid: true,
    })
    const {happened} = await getJson(`/r/${story.redeemed.id}.json`)
    expect(happened).toMatchObject([
      {event: 'receipt.redeemed', run: {id: '9731245008', attempt: 1}},
      {event: 'deploy.started'},
      {event: 'deploy.finished', outcome: 'success'},
    ])
  })

  test('has an entry and no proof before a checkpoint covers it', async () => {
    const proof = await getJson(`/r/${story.unsigned.id}.json`)
    expect(proof).toMatchObject({entry: {subject: story.unsigned.id}, inclusion: null, checkpoint: null})
  })

  test('of the example is under a key of its own', async () => {
    const {receipt} = await getJson('/r/demo.json')
    expect(verify.receipt(receipt, {keys: stage.key.pin, now: asked})).toMatchObject({
      valid: false,
      code: 'key_not_pinned',
    })
    const {publicKey} = receipt as {publicKey: string}
    expect(verify.receipt(receipt, {keys: publicKey, now: asked})).toMatchObject({valid: true})
  })
})

describe('the key that a receipt is held against', () => {
  test('is the one of this issuer that signed it, and never a stranger’s', async () => {
    const older = await stage.issue({
      at: asked - 15_000,
      signer: stage.olderKey,
      receipt: {scope: {environment: 'older'}},
    })
    const pinIn = async (id: string) => /id="pin"[^>]*>\s*(\w+)/.exec(await get(`/r/${id}`))?.[1]
    expect(await pinIn(older.id)).toBe(stage.olderKey.pin)
    expect(await pinIn(story.active.id)).toBe(stage.key.pin)
    expect(await pinIn(story.damaged.id)).toBe(stage.key.pin)
  })
})

describe('why', () => {
  test('a token of another receipt, or that does not verify, tells nothing', async () => {
    const other = await stage.issue({
      at: asked - 20_000,
      claims: {receipt: story.active.id},
      receipt: {scope: {environment: 'why'}},
    })
    expect(await get(`/r/${other.id}`)).toContain('No authority token came with this receipt.')
    expect(await get(`/r/${story.active.id}`)).toContain('approver-permission')
  })
})

describe('the ledger', () => {
  test('finds what was entered at a time, and says when there is nothing', async () => {
    const page = await get('/ledger?q=2026-04-02T14:30Z')
    expect([...page.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq))).toContain(23)
    expect(page).not.toContain('data-seq="22"')
    expect(await get('/ledger?q=2030-01-01T00:00Z')).toContain('no receipt that you may see of that time')
    expect(await get('/ledger?q=2026-02-30T00:00Z')).toContain('Give a receipt id')
  })
})

describe('the ledger, asked for a repository', () => {
  const found = (page: string): readonly number[] =>
    [...page.matchAll(/data-seq="(\d+)"/g)].map(([, seq]) => Number(seq))

  test('finds its receipts in every environment, the newest first, and no other entry', async () => {
    const page = await get('/ledger?q=Octo-Org/API-service')
    for (const receipt of [story.active, story.revoked, story.emergency]) expect(page).toContain(receipt.id)
    expect(page).not.toContain('The ledger began')
    expect(page).not.toContain('A receipt was revoked')
    expect(found(page).length).toBeGreaterThan(4)
    expect(page.indexOf(story.active.id)).toBeLessThan(page.indexOf(story.expired.id))
  })

  test('tells of a private one what it tells of one that is not there', async () => {
    const [secret, missing] = await Promise.all(
      ['octo-org/secret', 'octo-org/nowhere'].map((q) => get(`/ledger?q=${q}`)),
    )
    expect(secret?.replaceAll('octo-org/secret', 'x')).toBe(missing?.replaceAll('octo-org/nowhere', 'x'))
    expect(missing).toContain('no receipt that you may see')
    expect(await get('/ledger?q=octo-org/secret&link=secret')).toContain(story.secret.id)
  })
})

describe('the home page', () => {
  test('has the key to pin, in a step for this issuer', async () => {
    const page = await get('/')
    expect(page).toContain(`public-key: |\n        ${stage.key.pin}`)
    expect(page).toContain(`issuer-url: ${stage.url}`)
    expect(page).toContain('Healthy')
  })

  test('calls an issuer healthy only while its newest entries wait no longer than minutes to be signed', async () => {
    const behind = await openStage()
    const getHome = async () => await (await fetch(behind.url)).text()
    await behind.issue({at: asked})
    const home = await getHome()
    expect(home).toContain('covers the first 1 of them')
    expect(home).toContain('Healthy')
    behind.setNow(asked + 10 * 60_000)
    expect(await getHome()).toContain('Its newest entries are not signed')
    await behind.signLedger()
    expect(await getHome()).toContain('Healthy')
    await behind.close()
  })
})

describe('while the store does not answer', () => {
  test('the home page says so, and a badge is grey', async () => {
    const broken = await openStage()
    broken.closeStore()
    expect(await (await fetch(`${broken.url}/`)).text()).toContain('Its store does not answer')
    const badge = await fetch(`${broken.url}/badge/octo-org/api-service/production.json`)
    expect(await badge.json()).toMatchObject({message: 'unknown'})
    expect(broken.faults).toHaveLength(1)
    await broken.close()
  })
})
