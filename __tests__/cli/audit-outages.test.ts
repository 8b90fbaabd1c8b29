/** `countersign audit` where the issuer does not answer, or the command line is wrong; its CSV; and where its secret goes. */
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {type Loopback, serve} from '../action/asks.ts'
import {approvalBody, makeKey} from '../protocol/builders.ts'
import {type TestIssuer, auditWords, deployed, ids, keys, openIssuer} from './audit-issuer.ts'
import {type CommandRun, countersign, fileOf, noFile, useBuiltCommand} from './command.ts'

useBuiltCommand()

let issuer: TestIssuer
const others: Loopback[] = []
beforeEach(async () => {
  issuer = await openIssuer()
})
afterEach(async () => {
  await issuer.close()
  for (const other of others.splice(0)) await other.close()
})

const audit = (more: readonly string[] = []): Promise<CommandRun> =>
  countersign([...auditWords(issuer), ...keys, ...more])
const secret = `csat_${'x'.repeat(43)}`

describe('an issuer', () => {
  test.each<[string, TestIssuer['answer'], RegExp]>([
    ['that answers with a page', () => '<!doctype html>', /not the JSON that was asked for/],
    ['that answers with other JSON', () => ({receipts: []}), /not the audit that was asked for/],
    ['that repeats a name', (honest) => JSON.stringify(honest).replace('{', '{"at":"x",'), /not the JSON/],
    ['that answers without end', () => 'x'.repeat(5_000_000), /more than 4194304 bytes/],
    ['that is out of order', (_, __, response) => void response.writeHead(503).end('{}'), /it answered 503/],
    [
      'that breaks off',
      (_, __, response) => void response.writeHead(200).write('{', () => response.destroy()),
      /reached|asked/,
    ],
  ])('%s is no verdict: exit code 3', async (_, answer, words) => {
    issuer.issue()
    issuer.answer = answer
    const {code, out, err} = await audit()
    expect([code, out]).toEqual([3, ''])
    expect(err).toMatch(words)
  })

  test('that redirects is not followed, and the auditor token goes nowhere else', async () => {
    const other = await serve((_, response) => response.end('{}'))
    others.push(other)
    issuer.answer = (_, __, response) => void response.writeHead(302, {location: other.origin}).end()
    const {code, err} = await audit(['--auditor-token-file', fileOf(secret)])
    expect([code, err]).toEqual([3, expect.stringContaining('a redirect, which is not followed')])
    expect(other.requests).toEqual([])
  })

  test('that says nothing is given up after ten seconds', async () => {
    issuer.answer = () => undefined
    const {code, err} = await audit()
    expect([code, err]).toEqual([3, expect.stringContaining('did not finish its answer in time')])
  })

  test('that publishes no usable receipt keys is no verdict where none was given', async () => {
    issuer.issue()
    issuer.keySet = {keys: []}
    expect(await countersign(auditWords(issuer))).toMatchObject({code: 3, out: ''})
  })

  test('that publishes no usable token key is no verdict', async () => {
    issuer.issue()
    issuer.jwks = {keys: []}
    expect(await audit()).toMatchObject({code: 3, out: ''})
  })
})

describe('the auditor token', () => {
  test('is sent with the question and with nothing else, and printed nowhere', async () => {
    issuer.issue()
    for (const form of [[], ['--json'], ['--csv']]) {
      const {code, out, err} = await audit(['--auditor-token-file', fileOf(`${secret}\n`), ...form])
      expect(code).toBe(0)
      expect(out + err).not.toContain(secret)
    }
    for (const {url, headers} of issuer.requests) {
      expect(headers.authorization).toBe(url?.startsWith('/v1/audit?') === true ? `Bearer ${secret}` : undefined)
    }
  })

  test.each(['', 'csat_short', `${secret} `, `${secret}\n\n`, `xxxx_${'x'.repeat(43)}`])(
    'in another form (%j) is refused, and not quoted',
    async (content) => {
      const {code, err} = await audit(['--auditor-token-file', fileOf(content)])
      expect([code, err]).toEqual([
        2,
        expect.stringContaining('--auditor-token-file: the file must hold one auditor token'),
      ])
      expect(err).not.toContain('csat_x')
      expect(issuer.requests).toEqual([])
    },
  )

  test('is no word of the command line', async () => {
    expect(await audit(['--auditor-token', secret])).toMatchObject({code: 2})
  })
})

describe('the command line', () => {
  test('that is wrong exits with 2 and names every problem', async () => {
    const {code, err} = await countersign([
      ...['audit', 'file', '--issuer', 'http://countersign.example', '--repository', 'x', '--environment', 'A'],
      ...['--at', '2026-02-30T00:00Z', '--pin', 'x', '--token-key', noFile(), '--ledger-key', 'x', '--json', '--csv'],
    ])
    expect(code).toBe(2)
    const named = [
      'file:',
      '--issuer:',
      '--repository:',
      '--environment:',
      '--at:',
      '--pin:',
      '--token-key:',
      '--ledger-key:',
    ]
    for (const problem of [...named, 'Give --json or --csv']) expect(err).toContain(problem)
  })

  test('--help says what it does, and the list of commands names it', async () => {
    const {code, out} = await countersign(['audit', '--help'])
    expect([code, out]).toEqual([0, expect.stringContaining('--auditor-token-file')])
    expect((await countersign(['--help'])).out).toContain('countersign audit')
  })
})

describe('--csv', () => {
  const rowsOf = (out: string): readonly (readonly string[])[] =>
    out
      .split('\r\n')
      .slice(0, -1)
      .map((row) => row.split(','))

  test('has a header and a row a record, each ended by CRLF', async () => {
    issuer.issue({by: makeKey()})
    issuer.issue({more: {executions: [deployed('2026-04-02T14:33:00Z')]}})
    const {code, out, err} = await audit(['--csv'])
    expect([code, err]).toEqual([1, expect.stringContaining('Record 2 of 2: refused (key_not_pinned)')])
    expect(out).not.toMatch(/[^\r]\n/)
    const [header = [], good = [], bad = []] = rowsOf(out)
    expect([good.length, bad.length]).toEqual([header.length, header.length])
    const cell = (name: string) => good[header.indexOf(name)]
    expect([cell('verified'), cell('receipt'), cell('reported_deployed_at')]).toEqual([
      'yes',
      ids[1],
      '2026-04-02T14:33:00Z',
    ])
    expect(bad.filter((text) => text !== '')).toEqual(['no', 'key_not_pinned'])
  })

  test('has no cell that a spreadsheet would run, and none that breaks a row', async () => {
    for (const login of ['=1+1', '+1', '-1', '@SUM(A1)', 'a,b']) {
      issuer.issue({approvals: [approvalBody({login})], authorizedBy: login})
    }
    const {code, out} = await audit(['--csv'])
    expect(code).toBe(0)
    const cells = ['"a,b"', "'@SUM(A1)", "'-1", "'+1", "'=1+1"]
    const rows = out.split('\r\n').slice(1, -1)
    expect(rows.map((row, i) => row.includes(`,${cells[i] ?? ''},`))).toEqual(cells.map(() => true))
  })
})
