/** The variables: what an issuer starts with, and every problem at once when it cannot. */
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {createPrivateKey, generateKeyPairSync} from 'node:crypto'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {inspect} from 'node:util'
import {type IssuerConfig, readConfig} from '../../issuer/home/config.ts'
import {Secret} from '../../issuer/keys/secret.ts'

const rsa = generateKeyPairSync('rsa', {modulusLength: 2048}).privateKey
const pkcs1 = rsa.export({type: 'pkcs1', format: 'pem'}).toString()
const pkcs8 = rsa.export({type: 'pkcs8', format: 'pem'}).toString()
const webhookSecret = 'a-webhook-secret-of-some-length'
const token = 'a-token-for-a-trial'
const evidence = 'ab'.repeat(32)

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-config-'))
  writeFileSync(join(folder, 'app.pem'), pkcs1, {mode: 0o600})
})
afterAll(() => rmSync(folder, {recursive: true, force: true}))

type Variables = Readonly<Record<string, string | undefined>>
const trial = {COUNTERSIGN_GITHUB_TOKEN: token, COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret}
const app = {
  COUNTERSIGN_GITHUB_APP_ID: '12345',
  COUNTERSIGN_GITHUB_PRIVATE_KEY: pkcs1,
  COUNTERSIGN_GITHUB_WEBHOOK_SECRET: webhookSecret,
}

function configOf(variables: Variables): IssuerConfig {
  const result = readConfig(variables)
  if (!result.ok) throw new Error(result.fault.join('\n'))
  return result.value.config
}

function problemsOf(variables: Variables): readonly string[] {
  const result = readConfig(variables)
  return result.ok ? [] : result.fault
}

describe('a configuration', () => {
  test('needs GitHub alone; all else has its usual value', () => {
    expect(configOf({...trial, PATH: '/usr/bin', COUNTERSIGN_OWNERS: ''})).toEqual({
      publicUrl: 'http://127.0.0.1:8787',
      host: '127.0.0.1',
      port: 8787,
      databasePath: 'data/countersign.db',
      logLevel: 'info',
      oidcIssuer: 'https://token.actions.githubusercontent.com',
      github: {
        apiUrl: 'https://api.github.com',
        access: {kind: 'token', token: expect.any(Secret)},
        webhookSecret: expect.any(Secret),
      },
      owners: [],
    })
  })

  test('takes every variable', () => {
    const config = configOf({
      ...app,
      COUNTERSIGN_PUBLIC_URL: 'https://countersign.example',
      COUNTERSIGN_PORT: '80',
      COUNTERSIGN_HOST: '0.0.0.0',
      COUNTERSIGN_STORE: 'sqlite:/var/lib/countersign/ledger.db',
      COUNTERSIGN_RECEIPT_KEY: 'keys/receipt.pem',
      COUNTERSIGN_TOKEN_KEY: 'keys/token.pem',
      COUNTERSIGN_LEDGER_KEY: 'keys/ledger.pem',
      COUNTERSIGN_EVIDENCE_SECRET: evidence,
      COUNTERSIGN_LOG: 'warn',
      COUNTERSIGN_GITHUB_API_URL: 'https://github.example/api/v3',
      COUNTERSIGN_OWNERS: 'Octo-Org, 9919',
    })
    expect(config).toMatchObject({
      publicUrl: 'https://countersign.example',
      host: '0.0.0.0',
      port: 80,
      databasePath: '/var/lib/countersign/ledger.db',
      receiptKey: 'keys/receipt.pem',
      tokenKey: 'keys/token.pem',
      ledgerKey: 'keys/ledger.pem',
      logLevel: 'warn',
      github: {apiUrl: 'https://github.example/api/v3', access: {kind: 'app', appId: 12345}},
      owners: [
        {kind: 'login', login: 'octo-org'},
        {kind: 'id', id: 9919},
      ],
    })
    expect(config.evidenceSecret?.reveal()).toBe(evidence)
    expect(config.github.webhookSecret.reveal()).toBe(webhookSecret)
  })

  const privateKeys = (): readonly (readonly [string, string])[] => [
    ['as PKCS#1', pkcs1],
    ['as PKCS#8', pkcs8],
    ['with its line ends written out', pkcs1.replaceAll('\n', '\\n')],
    ['as the path of a file', join(folder, 'app.pem')],
  ]
  test("takes the App's key in each form that it comes in, and passes on PKCS#8", () => {
    for (const [, text] of privateKeys()) {
      const {access} = configOf({...app, COUNTERSIGN_GITHUB_PRIVATE_KEY: text}).github
      if (access.kind !== 'app') throw new Error('an App was given')
      expect(access.privateKey.reveal()).toBe(pkcs8)
      expect(createPrivateKey(access.privateKey.reveal()).equals(rsa)).toBe(true)
    }
  })

  test('says what it assumed', () => {
    const warningsOf = (variables: Variables) => {
      const result = readConfig(variables)
      return result.ok ? result.value.warnings.map((warning) => warning.split(' ')[0]) : []
    }
    expect(warningsOf(trial)).toEqual(['COUNTERSIGN_PUBLIC_URL', 'COUNTERSIGN_OWNERS'])
    const full = {...trial, COUNTERSIGN_PUBLIC_URL: 'https://countersign.example', COUNTERSIGN_OWNERS: 'octo-org'}
    expect(warningsOf(full)).toEqual([])
  })

  test('never shows a secret when it is printed', () => {
    const all = [
      configOf({...app, COUNTERSIGN_EVIDENCE_SECRET: evidence}),
      configOf({...trial, COUNTERSIGN_EVIDENCE_SECRET: evidence}),
    ]
    const printed = all.flatMap((config) => [
      JSON.stringify(config),
      inspect(config, {depth: 9, showHidden: true, customInspect: false}),
      inspect(config, {depth: 9}),
      `${config.github.webhookSecret}`, // eslint-disable-line @typescript-eslint/restrict-template-expressions -- on purpose
    ])
    for (const text of printed) {
      for (const secret of [webhookSecret, token, evidence, 'PRIVATE KEY']) expect(text).not.toContain(secret)
    }
    expect(printed[0]).toContain('[redacted]')
  })
})

describe('a problem', () => {
  test('does not hide the others: all are told at once', () => {
    const problems = problemsOf({
      COUNTERSIGN_PORT: '80a',
      COUNTERSIGN_STORE: 'dynamodb:table',
      COUNTERSIGN_LOG: 'loud',
      COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'short',
      COUNTERSIGN_GITHUB_TOKN: token,
    })
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'COUNTERSIGN_GITHUB_TOKN',
      'COUNTERSIGN_PORT',
      'COUNTERSIGN_GITHUB_APP_ID',
      'COUNTERSIGN_GITHUB_WEBHOOK_SECRET',
      'COUNTERSIGN_STORE',
      'COUNTERSIGN_LOG',
    ])
  })

  const wrong: readonly (readonly [string, string, string])[] = [
    ['PUBLIC_URL', 'https://countersign.example/', 'without a path'],
    ['PUBLIC_URL', 'http://countersign.example', 'http on loopback only'],
    ['PORT', '65536', '0 to 65535'],
    ['PORT', '080', '0 to 65535'],
    ['HOST', 'countersign.example', 'must be an IP address'],
    ['STORE', 'data/countersign.db', 'must be sqlite:<path of a file>'],
    ['STORE', 'sqlite:', 'must be sqlite:<path of a file>'],
    ['STORE', 'sqlite::memory:', 'must be sqlite:<path of a file>'],
    ['STORE', 'dynamodb:countersign', 'for AWS Lambda'],
    ['RECEIPT_KEY', 'kms:alias/receipts', 'for AWS Lambda'],
    ['TOKEN_KEY', 'secretsmanager:arn', 'for AWS Lambda'],
    ['LEDGER_KEY', pkcs8, 'put it into a file'],
    ['EVIDENCE_SECRET', 'ab'.repeat(31), '64 to 256 lower-case hex digits'],
    ['EVIDENCE_SECRET', 'AB'.repeat(32), '64 to 256 lower-case hex digits'],
    ['EVIDENCE_SECRET', pkcs8, '64 to 256 lower-case hex digits'],
    ['LOG', 'verbose', 'error, warn or info'],
    ['GITHUB_API_URL', 'https://api.github.com/', 'without a slash at the end'],
    ['GITHUB_API_URL', 'http://github.example/api/v3', 'http on loopback only'],
    ['GITHUB_API_URL', 'https://user:password@api.github.com', 'must be an https URL'],
    ['GITHUB_API_URL', 'https://api.github.com/a/../b', 'must be an https URL'],
    ['GITHUB_TOKEN', 'two words', 'without white space'],
    ['GITHUB_WEBHOOK_SECRET', 'fifteen-letters', 'fewer than 16 characters'],
    ['GITHUB_WEBHOOK_SECRET', `${webhookSecret}\n`, 'white space at an end'],
    ['OWNERS', 'octo-org,,hubot', 'separated by commas'],
    ['OWNERS', 'octo-org/api-service', 'separated by commas'],
  ]
  /** Titles without the values: some are keys made at run time. */
  const named = wrong.map((row) => [`a wrong COUNTERSIGN_${row[0]} (${row[2]})`, row] as const)
  test.each(named)('with %s says what to give instead', (_, [name, value, fix]) => {
    expect(problemsOf({...trial, [`COUNTERSIGN_${name}`]: value})).toEqual([expect.stringContaining(fix)])
  })

  test.each(named.filter(([, [name]]) => /KEY|SECRET|TOKEN/.test(name)))(
    'with %s does not repeat it',
    (_, [name, value]) => {
      expect(problemsOf({...trial, [`COUNTERSIGN_${name}`]: value}).join()).not.toContain(value)
    },
  )

  const wrongAppKeys: readonly (readonly [string, () => string, string])[] = [
    ['an Ed25519 key', () => pem(generateKeyPairSync('ed25519').privateKey), 'type ed25519'],
    ['a short RSA key', () => pem(generateKeyPairSync('rsa', {modulusLength: 1024}).privateKey), '1024 bits'],
    ['a key without its first line', () => pkcs1.split('\n').slice(1).join('\n'), 'PEM of a private key'],
    ['a file that is not there', () => '/nowhere/app.pem', 'readable file'],
    ['half a key', () => pkcs1.slice(0, 200), 'damaged'],
  ]
  test.each(wrongAppKeys)('with %s for the App does not repeat it', (_, make, message) => {
    const key = make()
    const [problem = '', ...more] = problemsOf({...app, COUNTERSIGN_GITHUB_PRIVATE_KEY: key})
    expect(problem).toMatch(/^COUNTERSIGN_GITHUB_PRIVATE_KEY: /)
    expect(problem).toContain(message)
    for (const line of key.split('\n').filter((part) => part.length > 30 && !part.startsWith('-'))) {
      expect(problem).not.toContain(line)
    }
    expect(more).toEqual([])
  })

  test.each([
    ['COUNTERSIGN_GITHUB_WEBHOK_SECRET', 'did you mean COUNTERSIGN_GITHUB_WEBHOOK_SECRET?'],
    ['COUNTERSIGN_PUBLIC_URI', 'did you mean COUNTERSIGN_PUBLIC_URL?'],
    ['COUNTERSIGN_EVERYTHING', 'remove it'],
  ])('with the unknown %s says: %s', (name, advice) => {
    expect(problemsOf({...trial, [name]: ''})).toEqual([expect.stringContaining(advice)])
  })
})

describe('access to GitHub', () => {
  const without = (...names: readonly (keyof typeof app)[]) =>
    Object.fromEntries(Object.entries(app).filter(([name]) => !names.some((left) => left === name)))

  test.each([
    [
      'neither App nor token',
      without('COUNTERSIGN_GITHUB_APP_ID', 'COUNTERSIGN_GITHUB_PRIVATE_KEY'),
      'APP_ID: is not set',
    ],
    ['both', {...app, ...trial}, 'GITHUB_TOKEN: stands beside'],
    ['an App without its key', without('COUNTERSIGN_GITHUB_PRIVATE_KEY'), 'PRIVATE_KEY: is not set'],
    ['a key without its App', without('COUNTERSIGN_GITHUB_APP_ID'), 'APP_ID: is not set'],
    ['no webhook secret', without('COUNTERSIGN_GITHUB_WEBHOOK_SECRET'), 'WEBHOOK_SECRET: is not set'],
  ])('is refused with %s', (_, variables, problem) => {
    expect(problemsOf(variables)).toEqual([expect.stringContaining(problem)])
  })
})

test.each([{COUNTERSIGN_PORT: '0'}, {COUNTERSIGN_HOST: '0.0.0.0'}])('with %j the public URL must be given', (where) => {
  expect(problemsOf({...trial, ...where})).toEqual([expect.stringContaining('COUNTERSIGN_PUBLIC_URL: set it')])
  expect(problemsOf({...trial, ...where, COUNTERSIGN_PUBLIC_URL: 'https://countersign.example'})).toEqual([])
})

const pem = (key: ReturnType<typeof createPrivateKey>): string => key.export({type: 'pkcs8', format: 'pem'}).toString()
