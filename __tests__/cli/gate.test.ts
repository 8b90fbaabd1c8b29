/** `countersign gate`, spawned: the Action's gate without a runner, from files, GitHub and the issuer. */
import {readFileSync} from 'node:fs'
import type {ServerResponse} from 'node:http'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {inputNames} from '../../src/action/inputs.ts'
import {gateDefaults} from '../../src/cli/gate.ts'
import {type Loopback, emptyFolder, serve} from '../action/asks.ts'
import {aRepository, treeOf, withGit} from '../action/repositories.ts'
import {TestIssuer} from '../action/test-issuer.ts'
import {aReceipt, commit, expected, lifeAround, makeKey} from '../protocol/builders.ts'
import {type CommandOptions, type CommandRun, countersign, fileOf, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

const key = makeKey()
const {text} = aReceipt(lifeAround(Date.now()), key)
let server: Loopback | undefined
let elsewhere: Loopback | undefined
afterEach(async () => {
  await server?.close()
  await elsewhere?.close()
  server = elsewhere = undefined
})

const deployment = ['--repository', expected.repository, '--repository-id', '1296269', '--sha', commit]
const usual = ['gate', '--environment', 'production', '--public-key', key.pin, ...deployment, '--checkout', 'ignore']
const gate = (words: readonly string[], options?: CommandOptions) => countersign([...usual, ...words], options)

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, {'content-type': 'application/json'}).end(JSON.stringify(body))
}

describe('with a receipt in a file', () => {
  test('it authorizes, and says what was not checked', async () => {
    const {code, out, err} = await gate(['--receipt', fileOf(text)])
    expect(code).toBe(0)
    expect(out).toContain(`octocat authorized ${commit} of octo-org/api-service for production`)
    expect(err).toContain('Revocation not checked')
  })

  test('the receipt itself is taken too', async () => {
    expect((await gate(['--receipt', text])).code).toBe(0)
  })

  test('--json prints the result that the Action gives', async () => {
    const {code, out} = await gate(['--receipt', fileOf(text), '--json'])
    expect(code).toBe(0)
    expect(JSON.parse(out)).toMatchObject({
      type: 'countersign.result/v1',
      authorized: true,
      receipt: {scope: {sha: commit}},
    })
  })

  test.each([
    ['commit_mismatch', {scope: {sha: 'f'.repeat(40)}}],
    ['repository_mismatch', {scope: {repositoryId: 7}}],
    ['environment_mismatch', {scope: {environment: 'staging'}}],
    ['flag_refused', {flags: ['self']}],
    ['expired', lifeAround(Date.now() - 10_000_000)],
  ])('%s, with the code of the Action and exit code 1', async (expectedCode, overrides) => {
    const {text: other} = aReceipt({...lifeAround(Date.now()), ...overrides}, key)
    const {code, out, err} = await gate(['--receipt', fileOf(other)])
    expect([code, out]).toEqual([1, ''])
    expect(err).toContain(`Refused (${expectedCode}):`)
    const asJson = await gate(['--receipt', fileOf(other), '--json'])
    expect(asJson.code).toBe(1)
    expect(JSON.parse(asJson.out)).toMatchObject({authorized: false, code: expectedCode})
  })

  test('several keys may be pinned', async () => {
    expect((await gate(['--receipt', fileOf(text), '--public-key', makeKey().pin])).code).toBe(0)
  })
})

describe('a question that says too little', () => {
  test('refuses with every problem at once', async () => {
    const {code, err} = await countersign(['gate', '--environment', 'Prod', '--receipt', fileOf(text)])
    expect(code).toBe(1)
    expect(err).toContain('Refused (input_invalid)')
    expect(err).toContain('"environment"')
    expect(err).toContain('"public-key"')
  })

  test('nothing at all refuses', async () => {
    expect((await countersign(['gate'])).code).toBe(1)
  })

  test('no commit outside a workflow refuses', async () => {
    const words = ['gate', '--environment', 'production', '--public-key', key.pin, '--receipt', fileOf(text)]
    expect((await countersign(words)).err).toContain('Refused (event_unsupported)')
  })

  test('a file that is not there refuses', async () => {
    expect((await gate(['--receipt', noFile()])).err).toContain('Refused (input_invalid)')
  })

  test('an option that there is not, one that is given twice, a stray word', async () => {
    for (const words of [['--enviroment', 'x'], ['--sha', commit], ['deploy.sh']]) {
      expect((await gate(words)).code).toBe(2)
    }
  })

  test('the token is no option', async () => {
    const {code, err} = await gate(['--github-token', 'ghs_secret'])
    expect(code).toBe(2)
    expect(err).not.toContain('ghs_secret')
  })
})

describe('with GitHub', () => {
  const env = (): Readonly<Record<string, string>> => ({
    GITHUB_TOKEN: 'ghs_secret',
    GITHUB_API_URL: server?.origin ?? '',
  })

  test('the check run of this environment on this commit is read, with the token', async () => {
    server = await serve((_, response) =>
      json(response, {check_runs: [{output: {text: `The receipt:\n\n\`\`\`json\n${text}\n\`\`\`\n`}}]}),
    )
    expect((await gate([], {env: env()})).code).toBe(0)
    const [request] = server.requests
    const url = new URL(request?.url ?? '', server.origin)
    expect(url.pathname).toBe(`/repos/octo-org/api-service/commits/${commit}/check-runs`)
    expect(Object.fromEntries(url.searchParams)).toEqual({
      check_name: 'countersign / production',
      filter: 'latest',
      per_page: '100',
      page: '1',
    })
    expect(request?.headers.authorization).toBe('Bearer ghs_secret')
  })

  test('no receipt there is receipt_missing, with the comment to post', async () => {
    server = await serve((_, response) => json(response, {check_runs: []}))
    const {code, err} = await gate([], {env: env()})
    expect(code).toBe(1)
    expect(err).toContain('Refused (receipt_missing)')
    expect(err).toContain(`/authorize production ${commit}`)
  })

  test.each([
    [403, 'checks: read'],
    [401, 'not valid'],
    [502, 'answered 502'],
  ])('an answer of %i refuses with what it means, and without the token', async (status, words) => {
    server = await serve((_, response) => json(response, {}, status))
    const {code, err} = await gate([], {env: env()})
    expect(code).toBe(1)
    expect(err).toContain('Refused (source_unreachable)')
    expect(err).toContain(words)
    expect(err).not.toContain('ghs_secret')
  })

  test('a redirect is not followed: it could carry the token away', async () => {
    elsewhere = await serve((_, response) => json(response, {check_runs: []}))
    const {origin: location, requests} = elsewhere
    server = await serve((_, response) => response.writeHead(302, {location}).end())
    expect((await gate([], {env: env()})).err).toContain('Refused (source_unreachable)')
    expect(requests).toEqual([])
  })
})

describe('with the issuer', () => {
  const issued = (origin: string): string => aReceipt({...lifeAround(Date.now()), issuer: origin}, key).text

  test('its list is asked', async () => {
    server = await serve((_, response) => json(response, {receipts: [JSON.parse(issued(server?.origin ?? ''))]}))
    // It says nothing of revocations, and nobody else is asked.
    expect((await gate(['--issuer-url', server.origin])).err).toContain('Refused (source_unreachable)')
    expect(server.requests[0]?.url).toContain('/v1/receipts?repository=octo-org%2Fapi-service')
  })

  test('a redirect is not followed', async () => {
    server = await serve((_, response) => response.writeHead(302, {location: 'http://127.0.0.1:1/'}).end())
    expect((await gate(['--issuer-url', server.origin])).err).toContain('a redirect, which is not followed')
  })

  test('one that is not there refuses', async () => {
    const gone = await serve(() => undefined)
    await gone.close()
    const {code, err} = await gate(['--issuer-url', gone.origin])
    expect(code).toBe(1)
    expect(err).toContain('could not be reached (ECONNREFUSED)')
  })
})

describe('with an issuer that says how the receipt stands', () => {
  let issuer: TestIssuer
  beforeEach(async () => {
    issuer = await TestIssuer.start(key)
    issuer.now = Date.now
    issuer.receipts = [aReceipt({...lifeAround(Date.now()), issuer: issuer.origin}, key).receipt]
  })
  afterEach(() => issuer.close())
  const run = (words: readonly string[], env = {}) => gate(['--issuer-url', issuer.origin, ...words], {env})

  test('active lets it out, and says nothing of a revocation', async () => {
    const {code, err} = await run([])
    expect([code, err.includes('Revocation not checked')]).toEqual([0, false])
  })

  test('revoked refuses', async () => {
    issuer.statuses.set('rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v', 'revoked')
    const {code, err} = await run([])
    expect(code).toBe(1)
    expect(err).toContain('Refused (revoked)')
  })

  test('--redeem true uses it up in a workflow, and refuses elsewhere', async () => {
    expect((await run(['--redeem', 'true'], {...issuer.env, GITHUB_RUN_ID: '7'})).code).toBe(0)
    expect(issuer.redeemed.get('rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v')).toBe('7')
    expect((await run(['--redeem', 'true'])).err).toContain('permissions: id-token: write')
  })

  test('--wait tries again, and tells', async () => {
    const [receipt] = issuer.receipts
    issuer.receipts = []
    let looks = 0
    issuer.instead = ({path}) => {
      if (path === '/v1/receipts' && (looks += 1) === 2 && receipt !== undefined) issuer.receipts = [receipt]
      return undefined
    }
    const {code, err} = await run(['--wait', '2s'])
    expect(code).toBe(0)
    expect(err).toContain('Waiting for a receipt')
  })

  test('nothing is reported of what ran: a command sees no end', async () => {
    expect((await run([], {...issuer.env, GITHUB_RUN_ID: '7'})).code).toBe(0)
    expect(issuer.pathsAsked().filter((path) => path.startsWith('POST '))).toEqual([])
    expect((await run(['--report', 'true'])).code).toBe(2)
  })
})

withGit('the checkout', () => {
  const words = (sha: string, more: readonly string[] = []): readonly string[] => [
    ...['gate', '--environment', 'production', '--public-key', key.pin, '--repository', expected.repository],
    ...['--repository-id', '1296269', '--sha', sha, ...more],
    ...['--receipt', fileOf(aReceipt({...lifeAround(Date.now()), scope: {sha, tree: treeOf(sha)}}, key).text)],
  ]
  const refused = (run: CommandRun): string => {
    expect(run.code).toBe(1)
    expect(run.err).toContain('Refused (checkout_mismatch)')
    return run.err
  }

  test('must be the authorized commit, unmodified', async () => {
    const {root, sha, write} = aRepository()
    expect((await countersign(words(sha, ['--path', root]))).code).toBe(0)
    write('README.md', 'other\n')
    refused(await countersign(words(sha, ['--path', root])))
  })

  test('is the one above, where the command is started in a folder of it', async () => {
    const {root, sha, commit} = aRepository()
    expect((await countersign(words(sha), {folder: join(root, 'src')})).code).toBe(0)
    const other = commit()
    const said = refused(await countersign(words(sha), {folder: join(root, 'src')}))
    expect(said).toContain(`its HEAD is ${other}`)
  })

  test('none is a warning in an empty folder, and a refusal where one is named', async () => {
    const {code, err} = await countersign(words(commit), {folder: emptyFolder()})
    expect(code).toBe(0)
    expect(err).toContain('Nothing is checked out')
    expect(refused(await countersign(words(commit, ['--path', emptyFolder()])))).toContain('holds nothing')
    expect(refused(await countersign(words(commit, ['--path', noFile()])))).toContain('is not there')
  })
})

test('what is not given is what action.yml says', () => {
  const {inputs} = parse(readFileSync('action.yml', 'utf8')) as {
    readonly inputs: Readonly<Record<string, {readonly default?: string}>>
  }
  const defaults = Object.entries(inputs).flatMap(([name, {default: value = ''}]) =>
    value === '' || name === 'github-token' || name === 'job-status' ? [] : [[name, value]],
  )
  expect(gateDefaults).toEqual(Object.fromEntries(defaults))
})

test('the help names every input but the token and the report, which are no options', async () => {
  const {out} = await countersign(['gate', '--help'])
  for (const name of inputNames.filter((one) => one !== 'github-token' && one !== 'report'))
    expect(out).toContain(`  --${name} `)
  expect(out).not.toContain('--github-token')
})
