/** The panel on the sandbox GitHub: one comment of our own, found again and rewritten, and nobody else's touched. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {createPanelSender} from '../../../issuer/publish/send-panel.ts'
import type {PullPlace} from '../../../issuer/model/facts.ts'
import {type OpenedChange, type Stage, name, openChange, say, setStage} from '../github-world.ts'

const mark = '<!-- countersign-panel -->'

let stage: Stage
let change: OpenedChange
let place: PullPlace
beforeEach(async () => {
  stage = await setStage()
  change = await openChange(stage)
  place = say(stage, {pullRequest: change.number, body: 'Hello.'})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
})

/** Each a sender of its own, as after a restart. */
const send = (body: string, begin = true): Promise<'there' | 'none'> =>
  createPanelSender(stage.github)({place, body, begin})
const written = (): readonly (readonly [string, string])[] =>
  [...stage.world.comments.values()]
    .filter(({body}) => body.endsWith(mark))
    .map(({author, body}) => [author.login, body])
const comment = (by: string, body: string) =>
  stage.world.comment({repository: name, pullRequest: change.number, by, body})
const requests = (method: string) => stage.world.requests.filter((one) => one.method === method).length

const ours = (body: string) => ['countersign[bot]', `${body}\n\n${mark}`] as const

test('is written once, found again by whoever starts later, and rewritten where it stands', async () => {
  await send('One.')
  comment('octocat', 'Thank you.')
  await send('Two.')
  expect(written()).toEqual([ours('Two.')])
})

test('that says what it should is not written again', async () => {
  await send('One.')
  const asked = requests('PATCH')
  await send('One.')
  expect([written(), requests('PATCH')]).toEqual([[ours('One.')], asked])
})

test('is not begun where there is none and none is wanted', async () => {
  await send('Over.', false)
  expect(written()).toEqual([])
  await send('One.')
  await send('Over.', false)
  expect(written()).toEqual([ours('Over.')])
})

test("whoever copies the mark has their comment left alone, an App's and a bot's too", async () => {
  stage.world.addUser({login: 'copycat[bot]', type: 'Bot'})
  for (const by of ['stranger', 'copycat[bot]']) comment(by, `Mine.\n\n${mark}`)
  await send('One.')
  await send('Two.')
  expect(written()).toEqual([['stranger', `Mine.\n\n${mark}`], ['copycat[bot]', `Mine.\n\n${mark}`], ours('Two.')])
})

test('our own comment that merely quotes the mark is none', async () => {
  comment('countersign[bot]', `The mark is ${mark}, at the end.`)
  await send('One.')
  expect(written()).toEqual([ours('One.')])
})

test('two that are begun in the same moment by two processes end as one', async () => {
  await Promise.all([send('One.'), send('One.')])
  expect(written()).toEqual([ours('One.')])
})

test('one too many, whoever made it, is taken away at the next event', async () => {
  await send('One.')
  comment('countersign[bot]', `Again.\n\n${mark}`)
  await send('Two.')
  expect(written()).toEqual([ours('Two.')])
})

describe('in a long conversation', () => {
  const talk = (count: number) => Array.from({length: count}, () => comment('octocat', 'More.'))

  test('costs one question where it was there from the beginning', async () => {
    await send('One.')
    talk(250)
    const asked = requests('GET')
    await send('Two.')
    expect([written(), requests('GET') - asked]).toEqual([[ours('Two.')], 1])
  })

  test('is looked for among the newest comments next, and on every page before a second one is begun', async () => {
    talk(150)
    await send('One.')
    talk(20)
    await send('Two.')
    expect(written()).toEqual([ours('Two.')])
    talk(150)
    await send('Three.')
    expect(written()).toEqual([ours('Three.')])
  })
})
