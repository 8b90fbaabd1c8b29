/** Inputs of the gate that are missing, misspelt or contradict each other: all named at once, nothing asked. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {Stage, repository} from './stage.ts'
import {expectRefused} from './verdicts.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(() => stage.close())

/** What others than the issuer asked GitHub: that one looks at pull requests in its own time. */
const askedByJobs = () =>
  stage.world.requests.filter(({actor}) => !/^(app:countersign|countersign\[bot\])$/.test(actor))

const refusedWords = async (inputs: Readonly<Record<string, string | undefined>>): Promise<string> => {
  const asked = askedByJobs().length
  const words = expectRefused(await stage.gate({with: inputs, checkout: 'nothing'}), 'input_invalid')
  expect(askedByJobs().slice(asked)).toEqual([])
  expect(words).toContain('documented under "Inputs"')
  return words
}

test('what is missing is named, all of it at once', async () => {
  const words = await refusedWords({environment: undefined, 'public-key': undefined})
  expect(words).toContain('2 things are wrong')
  expect(words).toContain('the input "environment" is missing')
  expect(words).toContain('the input "public-key" is wrong: no key is pinned')
})

test('everything wrong is named at once, each with what it must be', async () => {
  const words = await refusedWords({
    environment: 'production!',
    'public-key': 'octocat',
    'issuer-url': 'http://countersign.example/',
    repository: 'api-service',
    'repository-id': '1e3',
    sha: stage.head.slice(0, 10),
    checkout: 'yes',
    'min-approvals': '0',
    'require-proof': 'password',
    'refuse-flags': 'self, others',
    'max-ttl': '1 hour',
  })
  const named = words.match(/the input "([a-z-]+)"/g)?.map((text) => text.slice(11, -1))
  expect(new Set(named)).toEqual(
    new Set([
      'environment',
      'public-key',
      'issuer-url',
      'repository',
      'repository-id',
      'sha',
      'checkout',
      'min-approvals',
      'require-proof',
      'refuse-flags',
      'max-ttl',
    ]),
  )
})

test('a key with 63 digits, in capitals or of another kind is refused with the line that it stands on', async () => {
  const {pin} = stage.issuer
  expect(await refusedWords({'public-key': pin.slice(0, -1)})).toContain('this one has 63')
  expect(await refusedWords({'public-key': `${pin}\n${pin.toUpperCase()}`})).toContain('line 2')
  expect(await refusedWords({'public-key': `${pin}\n${pin}`})).toContain('on an earlier line too')
  expect(await refusedWords({'public-key': '-----BEGIN PUBLIC KEY-----'})).toContain('begins with pp_pk_')
  expect(await refusedWords({'public-key': `pp_pk_${'0'.repeat(64)}`})).toContain('anyone could sign under it')
  expect(await refusedWords({'public-key': `${pin} until=tomorrow`})).toContain('until=YYYY-MM-DDTHH:MM:SSZ')
})

test('an input that the action does not have is remarked by the runner and changes nothing', async () => {
  const step = await stage.gate({with: {enviroment: 'production'}, checkout: 'nothing'})
  expectRefused(step, 'receipt_missing')
  expect(step.warnings.join()).toContain("'enviroment'")
})

test('a repository without its id, or another one without its commit, says too little', async () => {
  expect(await refusedWords({repository})).toContain('"repository-id" is missing')
  expect(await refusedWords({'repository-id': '1'})).toContain('"repository" is missing')
  const other = await refusedWords({repository: 'octo-org/other', 'repository-id': '7'})
  expect(other).toContain('"sha" must be given too')
})

test('where there is nowhere to look, the job is told so', async () => {
  expect(await refusedWords({'github-token': '', 'issuer-url': undefined})).toContain('nowhere to look for a receipt')
})

test('a token that stands in the wrong input is not printed whole', async () => {
  const token = `ghp_${'A1b2'.repeat(9)}`
  const step = await stage.gate({with: {environment: token, sha: token, 'public-key': token}, checkout: 'nothing'})
  expectRefused(step, 'input_invalid')
  expect(JSON.stringify(step)).not.toContain(token)
})

test('GitHub was asked nothing that it does not know', () => {
  expect(stage.world.violations).toEqual([])
})
