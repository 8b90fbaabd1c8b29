/** The log: JSON lines that explain a fault and never carry a secret. */
import {describe, expect, test} from '@jest/globals'
import {RequestError} from '@octokit/request-error'
import {generateKeyPairSync} from 'node:crypto'
import {makeToken} from '../../issuer/api/callers/secret-token.ts'
import {Secret} from '../../issuer/keys/secret.ts'
import {makeLog} from '../../issuer/home/log.ts'

const webhookSecret = 'a-webhook-"secret"-of-some-length'
const installationToken = `ghs_${'a1B2'.repeat(9)}`
const appKey = generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString()

type Line = Record<string, unknown>
type Fields = Parameters<ReturnType<typeof makeLog>['error']>[0]

function logged(fields: Fields, level: 'error' | 'warn' | 'info' = 'info'): {text: string; line: Line | undefined} {
  let text = ''
  const write = (line: string): void => {
    text += line
  }
  makeLog({level, secrets: [new Secret(webhookSecret), new Secret(appKey)]}, {write}).warn(fields, 'something happened')
  return {text, line: text === '' ? undefined : (JSON.parse(text) as Line)}
}

const fromGitHub = (message = 'Not Found'): RequestError =>
  new RequestError(message, 404, {
    request: {
      method: 'GET',
      url: 'https://api.github.com/repos/octo-org/api-service',
      headers: {authorization: `token ${installationToken}`, 'x-other': 'header of the request'},
    },
    response: {
      status: 404,
      url: 'https://api.github.com/repos/octo-org/api-service',
      headers: {'set-cookie': 'header of the answer'},
      data: {private: 'body of the answer'},
    },
    cause: new Error('socket closed'),
  })

describe('a line', () => {
  test('is one JSON object with level, time, fields and message', () => {
    const {line, text} = logged({delivery: 'abc', attempt: 2})
    expect(line).toEqual({
      level: 'warn',
      time: expect.stringMatching(/^\d{4}-\d{2}-\d{2}T.*Z$/),
      delivery: 'abc',
      attempt: 2,
      msg: 'something happened',
    })
    expect(text).toMatch(/^[^\n]+\n$/)
  })

  test('below the level is not written', () => {
    expect(logged({}, 'error').text).toBe('')
  })
})

describe('an error', () => {
  test('is described by name, message, code, status, stack and cause', () => {
    const fault = Object.assign(fromGitHub(), {code: 'ENOTFOUND'})
    expect(logged({err: fault}).line).toMatchObject({
      err: {
        type: 'HttpError',
        message: 'Not Found',
        code: 'ENOTFOUND',
        status: 404,
        stack: expect.stringContaining('fromGitHub'),
        cause: {type: 'Error', message: 'socket closed'},
      },
    })
  })

  const places: readonly (readonly [string, (fault: Error) => Fields])[] = [
    ['as err', (err) => ({err})],
    ['by itself', (fault) => fault],
    ['under another name', (fault) => ({reason: fault})],
    ['deep inside', (fault) => ({a: [{b: {fault}}]})],
    ['as a cause', (cause) => ({err: new Error('outer', {cause})})],
    ['spread into fields', (fault) => ({...(fault as object)})],
  ]
  test.each(places)("of GitHub's client %s shows no headers, bodies or tokens", (_, fieldsOf) => {
    const {text} = logged(fieldsOf(fromGitHub(`bad credentials ${installationToken}`)))
    for (const secret of [installationToken, 'header of the request', 'header of the answer']) {
      expect(text).not.toContain(secret)
    }
    expect(text).toContain('404')
  })

  test('does not show the body of an answer', () => {
    expect(logged({err: fromGitHub()}).text).not.toContain('body of the answer')
  })
})

describe('a secret', () => {
  const json = `eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiIxIn0.${'c2lnbmF0dXJl'.repeat(4)}`
  const secrets: readonly (readonly [string, string])[] = [
    ['that is configured', webhookSecret],
    ['that is a configured PEM', appKey],
    [
      'that is another private key',
      generateKeyPairSync('ed25519').privateKey.export({type: 'pkcs8', format: 'pem'}).toString(),
    ],
    ['that is an installation token', installationToken],
    ['that is a personal token', `github_pat_${'11AAAAAAA0'.repeat(5)}`],
    ["that is an auditor's token", makeToken('csat_').text],
    ["that is a link's token", makeToken('cslk_').text],
    ['that is a JSON Web Token', json],
  ]
  test.each(secrets)('%s is masked in fields, messages and stacks', (_, secret) => {
    const fault = new Error(`failed with ${secret}`)
    const {text, line} = logged({note: `before ${secret} after`, err: fault, list: [secret], [secret.slice(0, 60)]: 1})
    expect(line).toMatchObject({note: expect.stringContaining('[redacted]')})
    for (const part of secret.split('\n').filter((each) => each.length > 10 && !each.startsWith('-'))) {
      expect(text).not.toContain(JSON.stringify(part).slice(1, -1))
    }
  })

  test('is masked by the name of its field', () => {
    const fields = {token: 'x', headers: {a: 'b'}, nested: {Authorization: 'y', password: 'z'}, secret: new Secret('s')}
    expect(logged(fields).line).toMatchObject({
      token: '[redacted]',
      headers: '[redacted]',
      nested: {Authorization: '[redacted]', password: '[redacted]'},
      secret: '[redacted]',
    })
  })

  test('that is wrapped shows itself under no name', () => {
    expect(logged({value: new Secret('wrapped-value')}).line).toMatchObject({value: '[redacted]'})
  })
})

test('a long text is cut and a deep object ends, so one line cannot fill the disk', () => {
  const deep: Line = {}
  deep['self'] = deep
  const {text} = logged({note: 'x'.repeat(100_000), deep})
  expect(text.length).toBeLessThan(10_000)
})
