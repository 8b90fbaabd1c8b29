/** A11: environment tricks: case, spaces, look-alike letters, names that nobody gave. One strict pattern, compared exactly. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage} from '../acceptance/stage.ts'
import {expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
  // What the tricks would like to use: a good receipt for production.
  await stage.authorize()
})
afterAll(() => stage.close())

/** The last o is Cyrillic, the last n full-width. */
const lookAlikes = ['producti\u043en', 'productio\uff4e']
const impossible = [
  'Production',
  'production ',
  ' production',
  'production\n',
  'production\u200b',
  ...lookAlikes,
  'production/',
  '../production',
  'a//production',
  'production.',
]

test.each(impossible.map((name) => [JSON.stringify(name), name]))(
  'a gate for %s is refused by the pattern',
  async (_, name) => {
    const result = await stage.gate({with: {environment: name, receipt: stage.receiptText()}})
    expectStopped(result, 'input_invalid')
    expect(result.stdout).toContain('the input "environment" is ')
  },
)

test.each(['production-eu', 'prod', 'constructor'])(
  'a gate for %s does not take the receipt for production',
  async (name) => {
    expectStopped(await stage.gate({with: {environment: name, receipt: stage.receiptText()}}), 'environment_mismatch')
  },
)

test.each([
  ['Production', 'The environment is not a possible name'],
  [lookAlikes[0] ?? '', 'has a character that is not plain ASCII'],
  ['production/', 'The environment is not a possible name'],
  ['../production', 'The environment is not a possible name'],
])('the issuer answers %s with what is wrong and mints nothing', async (name, because) => {
  const {head, pullRequest} = await stage.propose(`tried-${Buffer.from(name).toString('hex')}`)
  expect(await stage.say(`/authorize ${name} ${head}`, {pullRequest})).toContain(because)
  for (const environment of ['production', 'staging']) await expectNoReceipt(stage, {sha: head, environment})
})

test.each(['production-eu', 'prod', 'constructor', 'tostring'])(
  'the environment %s, which the policy does not name, is refused',
  async (name) => {
    const answer = await stage.say(`/authorize ${name} ${stage.head}`)
    expect(answer).toContain(`There is no environment \`${name}\``)
    await expectNoReceipt(stage, {environment: name})
  },
)

test('a space too many is not read as a commit that is missing', async () => {
  const {head, pullRequest} = await stage.propose('spaces')
  expect(await stage.say(`/authorize  production ${head}`, {pullRequest})).toContain('There is a space too many')
  expect(await stage.say(`/authorize production  ${head}`, {pullRequest})).toContain('There is a space too many')
  await expectNoReceipt(stage, {sha: head})
})

test('the exact name passes', async () => {
  expectAllowed(await stage.gate(), stage.head)
})
