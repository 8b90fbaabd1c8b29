/** What a comment says: every form of a command, every way to miss one, and silence for everything else. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {readCommand} from '../../issuer/command/read-command.ts'
import type {Command} from '../../issuer/model/command.ts'

const sha = '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'
const sha256 = sha + 'a'.repeat(24)

describe('a command is', () => {
  test.each([
    [`/authorize production ${sha}`, {kind: 'authorize', environment: 'production', sha}],
    [`/authorize production ${sha256}`, {kind: 'authorize', environment: 'production', sha: sha256}],
    [`/authorize eu-west/prod.2 ${sha}`, {kind: 'authorize', environment: 'eu-west/prod.2', sha}],
    [
      `/authorize production ${sha} hotfix, see  ticket 7`,
      {kind: 'authorize', environment: 'production', sha, reason: 'hotfix, see  ticket 7'},
    ],
    [
      `/authorize production ${sha} see docs/deny/ and https://x.example/authorize`,
      {kind: 'authorize', environment: 'production', sha, reason: 'see docs/deny/ and https://x.example/authorize'},
    ],
    ['/authorize production', {kind: 'authorize', environment: 'production'}],
    ['/authorize production because abc123', {kind: 'authorize', environment: 'production', reason: 'because abc123'}],
    ['/authorize production abc123', {kind: 'authorize', environment: 'production', reason: 'abc123'}],
    ['/authorize constructor', {kind: 'authorize', environment: 'constructor'}],
    [`/authorize production ${sha}\r\nThanks — looks good.`, {kind: 'authorize', environment: 'production', sha}],
    [`/authorize production ${sha}\rThanks`, {kind: 'authorize', environment: 'production', sha}],
    ['/countersign status', {kind: 'status'}],
    ['/countersign help\n', {kind: 'help'}],
  ])('%j', (text, command) => {
    expect(readCommand(text)).toEqual({kind: 'command', command})
  })
})

describe('a near miss says what is wrong:', () => {
  test.each([
    ['/authorize', /environment is missing/],
    ['/authorize ', /environment is missing/],
    [`/authorize ${sha}`, /environment is missing/],
    [`/authorize ${sha.toUpperCase()} production`, /environment is missing/],
    ['/authorize production 3f2a9c0', /abbreviated or cut \(7 digits\)/],
    ['/authorize production 3F2A9C0', /abbreviated/],
    [`/authorize production ${sha.slice(1)}`, /39 digits/],
    [`/authorize production ${sha}0`, /41 digits/],
    [`/authorize production ${sha.toUpperCase()}`, /capital letters/],
    [`/authorize  production ${sha}`, /space too many/],
    [`/authorize production  ${sha}`, /space too many/],
    [`/authorize production ${sha} `, /space too many/],
    ['/authorize production ', /space too many/],
    [`/authorize Production ${sha}`, /small letters/],
    [`/authorize production, ${sha}`, /not a possible name/],
    [`/authorize prod..uction ${sha}`, /not a possible name/],
    [`/authorize production/ ${sha}`, /not a possible name/],
    [`/authorize -production ${sha}`, /not a possible name/],
    [`/authorize ${'p'.repeat(64)} ${sha}`, /not a possible name/],
    [`/authorize <environment> ${sha}`, /not a possible name/],
    ['/authorise production', /no such command/],
    ['/autorize production', /no such command/],
    ['/authorized production', /no such command/],
    ['/Authorize production', /small letters/],
    ['/AUTHORIZE', /small letters/],
    [' /authorize production', /space before it/],
    ['`/authorize production`', /bare/],
    ['/ authorize production', /no such command/],
    ['/authorize: production', /no such command/],
    [`/authorize\tproduction ${sha}`, /not plain ASCII/],
    [`/authorize production\t${sha}`, /not plain ASCII/],
    [`/authorize\u00a0production ${sha}`, /not plain ASCII/],
    [`/\u0430uthorize production ${sha}`, /not plain ASCII/],
    [`/\u0430uth\u043eriz\u0435 production ${sha}`, /not plain ASCII/],
    [`/authorize pr\u043eduction ${sha}`, /not plain ASCII/],
    [`\u200b/authorize production ${sha}`, /not plain ASCII/],
    [`\ufeff/authorize production ${sha}`, /not plain ASCII/],
    [`/auth\u200borize production ${sha}`, /not plain ASCII/],
    [`/authorize production ${sha}\u2028more`, /not plain ASCII/],
    [`/authorize production ${sha} ${'x'.repeat(300)}é`, /not plain ASCII/],
    [`\uff0fauthorize production ${sha}`, /not plain ASCII/],
    ['authorize production', /begins with a slash/],
    [`Authorize my-env ${sha}`, /begins with a slash/],
    [`/approve production ${sha}`, /The word for it is \/authorize/],
    ['/approve production', /The word for it is \/authorize/],
    ['/deny', /environment is missing/],
    ['/deny  production', /space/],
    [`/deny ${sha}`, /environment is missing/],
    ['/deny Production', /not a possible name/],
    ['/revoke', /environment is missing/],
    ['/revoke Production', /not a possible name/],
    ['/revoke rcpt_dg_01JDAA', /not a possible name/],
    ['/Deny production', /small letters/],
    ['/countersign', /status or help/],
    ['/countersign stauts', /status or help/],
    ['/countersign status production', /status or help/],
    ['/countersign  help', /status or help/],
    ['/countersing help', /no such command/],
    [`\n/authorize production ${sha}`, /first line/],
    [`LGTM!\n\n/authorize production ${sha}`, /first line/],
    ['Thanks.\r\n/countersign status', /first line/],
  ])('%j', (text, problem) => {
    const reading = readCommand(text)
    expect(reading).toMatchObject({kind: 'near-miss', problem: expect.stringMatching(problem) as unknown})
  })

  const X = sha.slice(0, 12)
  test.each([
    `/authorize production https://github.com/octo-org/api/commit/${sha}`,
    `/authorize production https://github.com/octo-org/api/commit/1234567`,
    `/authorize production commit ${sha}`,
    '/authorize production commit 1234567',
    `/authorize production \`${sha}\``,
    `/authorize production ${sha}.`,
    `/authorize production (${X})`,
    `/authorize production as seen in ${X}, please`,
    `/authorize production ${sha.slice(0, 7)}`,
    `/authorize production ${sha.toUpperCase()}`,
    `/authorise production ${sha}`,
    '/authorise production',
    `/approve production ${sha}`,
    `authorize production ${sha}`,
    `/Authorize production ${sha}`,
    ` /authorize production ${sha}`,
    `\`/authorize production ${sha}\``,
  ])('%j was to authorize for production, so the answer has the line to copy', (text) => {
    expect(readCommand(text)).toMatchObject({kind: 'near-miss', environment: 'production'})
  })

  test.each(['/Deny production', '/countersing help', '/authorize', `/authorize ${sha}`])(
    '%j was not, or not for an environment that can be told',
    (text) => {
      expect(readCommand(text)).toMatchObject({kind: 'near-miss'})
      expect(readCommand(text)).not.toHaveProperty('environment', expect.anything())
    },
  )

  test.each([
    'release of 20260401',
    'see #1234567',
    'the facade was defaced',
    'ticket 0012345678',
    'abc123 and def456',
  ])('a reason such as %j names no commit', (reason) => {
    expect(readCommand(`/authorize production ${reason}`)).toMatchObject({kind: 'command', command: {reason}})
  })
})

describe('a second command refuses', () => {
  const others = [
    '/authorize staging',
    '/deny production',
    '/revoke production',
    '/countersign help',
    '/DENY production',
  ]
  const places: readonly (readonly [string, (command: string) => string])[] = [
    ['on a later line', (command) => `\n\n${command}`],
    ['in the reason', (command) => ` ${command}`],
    ['in a quote', (command) => `\n> ${command}`],
    ['in a fence', (command) => `\n\`\`\`\n${command}\n\`\`\``],
    ['in a code span', (command) => `\nnot \`${command}\` yet`],
    ['after a bare CR', (command) => `\r${command}`],
    ['after a line separator', (command) => `\nx\u2028${command}`],
  ]
  for (const [place, put] of places) {
    test.each(others)(`${place}: %s`, (other) => {
      for (const first of [`/authorize production ${sha}`, '/authorize production']) {
        expect(readCommand(first + put(other))).toMatchObject({problem: expect.stringContaining('one command')})
      }
    })
  }

  test('after /countersign too', () => {
    expect(readCommand(`/countersign help\n/authorize production ${sha}`)).toMatchObject({
      kind: 'near-miss',
      problem: expect.stringContaining('one command'),
    })
  })
})

describe('silence for', () => {
  test.each([
    '',
    'LGTM',
    'I cannot authorize this yet.',
    'authorize users before calling the API',
    'Authorize production deploys only after QA.',
    `You need to comment /authorize production ${sha} to let it out.`,
    'authorization is broken on main',
    '/authorize/callback answers 500',
    '/api/authorize answers 500',
    '/authors',
    '/approve',
    '/approve no-issue',
    '/denylist is empty',
    '/deploy production',
    '/lgtm',
    '> /authorize production',
    'To release:\n```\n/authorize production\n```',
    'He wrote:\n> /authorize production',
    'Countersign is slow today',
    '/авторизуй',
    '日本語のコメント',
  ])('%j', (text) => {
    expect(readCommand(text)).toEqual({kind: 'not-for-us'})
  })
})

/** As a person would have to write it. */
function printCommand(command: Command): string {
  const words = (...all: readonly (string | undefined)[]): string => all.filter((word) => word !== undefined).join(' ')
  switch (command.kind) {
    case 'authorize':
      return words('/authorize', command.environment, command.sha, command.reason)
    case 'deny':
      return words('/deny', command.environment, command.reason)
    case 'revoke': {
      const {target} = command
      return words('/revoke', 'environment' in target ? target.environment : target.receipt, command.reason)
    }
    case 'status':
    case 'help':
      return `/countersign ${command.kind}`
  }
}

describe('properties', () => {
  const pieces = fc.constantFrom(
    '/authorize', '/countersign', '/deny', '/revoke', 'production', sha, 'abc1234', ' ', '  ', '\n', '\r', '\t', '\u200b', '`',
    'status', 'help', '\u0430', '/', '\ud800', 'é', '> ', '```',
  ) // prettier-ignore

  test('reading is total, and what is read prints as the first line', () => {
    const comments = fc.oneof(
      fc.string({unit: 'binary', maxLength: 200}),
      fc.array(pieces, {maxLength: 12}).map((parts) => parts.join('')),
      fc
        .tuple(
          fc.constantFrom(
            `/authorize production ${sha}`,
            '/authorize staging',
            '/countersign help',
            '/deny production',
            '/revoke production',
          ),
          fc.array(pieces, {maxLength: 4}),
        )
        .map(([command, parts]) => command + parts.join('')),
    )
    fc.assert(
      fc.property(comments, (comment) => {
        const reading = readCommand(comment)
        if (reading.kind !== 'command') return
        const {command} = reading
        expect(comment.split(/[\r\n]/)[0]).toBe(printCommand(command))
      }),
      {numRuns: 2000},
    )
  })

  test('the largest hostile comments are read', () => {
    const size = 65_536
    for (const unit of [
      '/authorize ',
      '/authoriz',
      '`',
      ' ',
      '\n',
      '/',
      '\u200b',
      'é',
      '```\n',
      '/authorize production a',
    ])
      expect(() => readCommand(unit.repeat(size / unit.length))).not.toThrow()
  })
})

test('a reason is searched for a commit in one walk: a million characters made for it are read like any others', () => {
  for (const unit of ['`', ' ', '/', 'commit ', 'sha`', 'commit ` ', 'a1 ', 'abcdef ', '0123456 ', '1', 'a']) {
    const reason = `x ${unit.repeat(1_000_000 / unit.length)}z`
    expect(readCommand(`/authorize production ${reason}`).kind).not.toBe('not-for-us')
  }
})
