/**
 * A47: taking over a policy's name. Only a plain file of the exact name is a policy. Whatever could be taken for one
 * refuses everything, even beside it, and what cannot be read is an outage, never "no policy".
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository, until} from '../acceptance/stage.ts'
import type {FileContent} from '../../sandbox/git/repository.ts'
import {answerTo, expectAllowed, expectNoReceipt, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

const onMain = (files: Readonly<Record<string, FileContent>>): Promise<string> =>
  stage.world.push({repository, branch: 'main', pusher: 'hubot', files})

const lax = 'version: 1\nenvironments:\n  production:\n    independence: none\n'
const broken = 'version: 1\nenvironments:\n  production:\n    independences: none\n'

const names: readonly [string, string, FileContent][] = [
  ['.github/countersign.yml', '.github/countersign.yml', broken],
  ['.github/countersign.yaml', '.github/countersign.yaml', lax],
  ['.github/Countersign.YML', '.github/Countersign.YML', lax],
  ['.GitHub/countersign.yml', '.GitHub/countersign.yml', lax],
  ['.github/countersign.yml', '.github/countersign.yml', {link: '../elsewhere.yml'}],
  ['.github/countersign.yml/file', '.github/countersign.yml', lax],
  ['.github', '.github', {link: 'elsewhere'}],
]

test.each(names)(
  '%s on the default branch refuses everything, and the answer names %s',
  async (path, named, content) => {
    await onMain({[path]: content})
    const answer = await stage.authorize()
    expect(answer.replaceAll('\\', '')).toContain(`The policy ${named} on the default branch cannot be used:`)
    await expectNoReceipt(stage)
    await onMain({[path]: null})
  },
)

test('another spelling beside the policy itself refuses everything too', async () => {
  await onMain({'.github/countersign.yml': lax, '.github/countersign.yaml': lax})
  expect(await stage.authorize()).toContain('.yaml')
  await expectNoReceipt(stage)
  await onMain({'.github/countersign.yml': null, '.github/countersign.yaml': null})
})

test('who is only invited to a team that the policy names does not approve, and who is a member does', async () => {
  const teams = 'version: 1\nenvironments:\n  staging:\n    approvers: {teams: [octo-org/release]}\n'
  await onMain({'.github/countersign.yml': teams})
  const team = {organization: 'octo-org', slug: 'release'}
  stage.world.setTeam({...team, members: [{login: 'octocat', state: 'pending'}]})
  expect((await stage.authorize({environment: 'staging'})).replaceAll('\\', '')).toContain('octocat is not among them')
  await expectNoReceipt(stage, {environment: 'staging'})
  stage.world.setTeam({...team, members: [{login: 'octocat'}]})
  const other = await stage.propose('teamwork')
  const sha = other.head
  expect(await stage.authorize({environment: 'staging', ...other, sha})).toContain('Authorized for `staging`')
  await onMain({'.github/countersign.yml': null})
})

test('the gate stays closed after them', async () => {
  expectStopped(await stage.gate(), 'receipt_missing')
})

const said = (): unknown =>
  stage.world.comment({
    repository,
    pullRequest: stage.pullRequest,
    by: 'octocat',
    body: `/authorize staging ${stage.head}`,
  })

test.each([
  ['not found', () => stage.world.addFault({match: /\/git\/trees\//, status: 404}), 'and does not show it'],
  [
    'forbidden',
    () => stage.world.addFault({match: /\/git\/trees\//, status: 403}),
    "the issuer's credentials lack a permission",
  ],
  ['cut', () => stage.world.limitTrees({entries: 1}), 'GitHub cut the list'],
] as const)(
  'a tree that is %s is an outage, which is tried again and never taken for "no policy"',
  async (_, fault, why) => {
    await stage.world.settled()
    const heard = stage.issuer.output.length
    const outage = async (): Promise<void> => {
      fault()
      said()
      await until(
        () => (stage.issuer.output.slice(heard).includes('will be tried again') ? true : undefined),
        'the issuer to put the statement back',
      )
      await expectNoReceipt(stage, {environment: 'staging'})
      // What stands on the default branch when it can be read again is what counts.
      await onMain({'.github/countersign.yml': broken})
      stage.world.clearFaults()
      stage.world.limitTrees({entries: 100_000})
    }
    expect((await answerTo(stage, outage)).replaceAll('\\', '')).toContain(
      '.github/countersign.yml on the default branch',
    )
    expect(stage.issuer.output.slice(heard)).toContain(why)
    await expectNoReceipt(stage, {environment: 'staging'})
    await onMain({'.github/countersign.yml': null})
  },
)

test('a policy file on the branch alone changes nothing, and without one on the default branch the built-in policy decides', async () => {
  const files = {'.github/countersign.yml': lax}
  const {head, pullRequest} = await stage.propose('lax-policy', files)
  // Its author hopes that nobody else is asked for.
  expect(await stage.say(`/authorize production ${head}`, {by: 'hubot', pullRequest})).toContain(
    '1 more person is needed',
  )
  await expectNoReceipt(stage, {sha: head})
  expect(await stage.authorize()).toContain('Authorized for `production`')
  expectAllowed(await stage.gate(), stage.head)
})
