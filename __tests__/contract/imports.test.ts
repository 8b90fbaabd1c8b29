/** Who may import whom (CONTRIBUTING.md, "Borders"): read from the sources with the TypeScript scanner. */
import {describe, expect, test} from '@jest/globals'
import {globSync, readFileSync} from 'node:fs'
import path from 'node:path'
import ts from 'typescript'

interface Border {
  /** Files that the row is about, as a pattern over their path. */
  readonly from: RegExp
  /** What they may import: a path of the project, or a package's name. */
  readonly may: readonly RegExp[]
}

const packages = (...names: readonly string[]): readonly RegExp[] =>
  names.map((name) => new RegExp(`^${name.replaceAll(/[/.]/g, '\\$&').replace('*', '[^/]+')}(/|$)`))

/** What every room of the issuer may import, as far as its floor allows. */
const inside = [/^#protocol$/, /^issuer\//, /^node:/] as const

/** First match wins, so the narrow rows stand first. */
const borders: readonly Border[] = [
  {from: /^src\/protocol\/crypto\.node\.ts$/, may: [/^node:crypto$/]},
  {from: /^src\/protocol\/crypto\.browser\.ts$/, may: packages('tweetnacl', '@noble/hashes')},
  {from: /^src\/protocol\/crypto\.ts$/, may: [/^#crypto$/, /^src\/protocol\//]},
  {from: /^src\/protocol\//, may: [/^src\/protocol\//]},
  {from: /^src\/pack\//, may: [/^#protocol$/, /^src\/pack\//]},
  // The doctor judges policies by the issuer's own reader, which is pure: through this door, and no other.
  {
    from: /^src\/cli\/doctor\/workflow\/look-policy\.ts$/,
    may: [/^#policy$/, /^src\/cli\/doctor\//],
  },
  {from: /^src\/cli\/doctor\/yaml\.ts$/, may: [/^#protocol$/, ...packages('yaml')]},
  {
    from: /^src\/cli\//,
    may: [/^#protocol$/, /^#pack(\/page)?$/, /^src\/(gate|action|cli)[./]/, /^node:/, ...packages('@actions/*')],
  },
  {
    from: /^src\//,
    may: [/^#protocol$/, /^src\/(gate|action)[./]/, /^node:/, ...packages('@actions/*', 'undici')],
  },
  {from: /^issuer\/(model|command|mint)\//, may: [/^#protocol$/, /^issuer\//]},
  {from: /^issuer\/policy\//, may: [/^#protocol$/, /^issuer\//, ...packages('ajv', 'yaml', 'picomatch')]},
  // The AWS SDK stays behind its doors: the table, the keys, the queue, and Lambda's own.
  {
    from: /^issuer\/(store\/dynamodb|keys\/kms\.ts|inbox\/sqs\.ts|home\/aws\/|setup\/on-aws\.ts|lambda\.ts)/,
    may: [/^package\.json$/, ...inside, ...packages('@aws-sdk/*', 'hono', 'ulid')],
  },
  {from: /^issuer\/github\//, may: [...inside, ...packages('@octokit/*')]},
  {from: /^issuer\/store\//, may: [...inside, ...packages('ulid')]},
  {from: /^issuer\/(keys|publish|decide)\//, may: inside},
  {from: /^issuer\/api\//, may: [/^#pack$/, ...inside, ...packages('hono', 'jose')]},
  {from: /^issuer\/cli\//, may: [/^#pack(\/page)?$/, ...inside]},
  {from: /^issuer\/pages\//, may: [...inside, ...packages('hono', 'badgen', 'uqr')]},
  {from: /^issuer\/inbox\//, may: [...inside, ...packages('@octokit/webhooks-methods')]},
  {from: /^issuer\/home\//, may: [...inside, ...packages('hono', 'ulid', 'pino')]},
  {from: /^issuer\/setup\//, may: [...inside, ...packages('hono')]},
  {from: /^issuer\/(app|server)\.ts$/, may: [/^package\.json$/, ...inside, ...packages('hono', '@hono/node-server')]},
  {from: /^sdk\//, may: [/^src\/protocol\//, /^src\/cli\//, /^sdk\//]},
  {
    from: /^sandbox\//,
    may: [
      /^#protocol$/,
      /^sandbox\//,
      /^node:/,
      ...packages('hono', '@hono/node-server', 'jose', 'yaml', 'ajv', 'ajv-formats', 'graphql', '@octokit/*'),
    ],
  },
]

const sources = globSync('{src,issuer,sdk,sandbox}/**/*.ts').map((file) => file.split(path.sep).join('/'))

/** Types too: what a file must know of another ties the two together. */
function importsOf(file: string): readonly string[] {
  const {importedFiles} = ts.preProcessFile(readFileSync(file, 'utf8'), true, true)
  return importedFiles.map(({fileName}) =>
    fileName.startsWith('.') ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
  )
}

describe('borders', () => {
  test('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(40)
  })

  test.each(sources)('%s imports only what its folder may', (file) => {
    const border = borders.find(({from}) => from.test(file))
    const foreign = importsOf(file).filter((target) => border?.may.some((pattern) => pattern.test(target)) !== true)
    expect(foreign).toEqual([])
  })
})

/** The issuer's rooms, from the ground up: a room imports only rooms below it, and none that stands beside it. */
const floors: readonly (readonly string[])[] = [
  ['model'],
  ['mint', 'command', 'policy'],
  ['github'],
  ['store'],
  ['keys'],
  ['publish'],
  ['decide'],
  ['api', 'pages'],
  ['inbox'],
  ['home'],
  ['cli', 'setup'],
  ['app.ts'],
  ['server.ts', 'lambda.ts'],
]

const roomOf = (file: string): string => file.split('/')[1] ?? ''
const floorOf = (room: string): number => floors.findIndex((rooms) => rooms.includes(room))

describe('the rooms of the issuer', () => {
  const inIssuer = sources.filter((file) => file.startsWith('issuer/'))

  test('are these and no others', () => {
    expect([...new Set(inIssuer.map(roomOf))].sort()).toEqual(floors.flat().sort())
  })

  test.each(inIssuer)('%s imports nothing from above or beside its room, types included', (file) => {
    const room = roomOf(file)
    const wrong = importsOf(file).filter(
      (target) => target.startsWith('issuer/') && roomOf(target) !== room && floorOf(roomOf(target)) >= floorOf(room),
    )
    expect(wrong).toEqual([])
  })
})

describe('pure folders', () => {
  const pure = sources.filter((file) =>
    /^(src\/(protocol|pack(?!\/(browser|built)\/))|issuer\/(model|command|policy|mint))\//.test(file),
  )
  /** verify.ts gives `now` its default; crypto.*.ts are the door to a library. */
  const clockAllowed = new Set(['src/protocol/verify.ts'])

  test.each(pure)('%s has no clock, randomness, environment, network or logging', (file) => {
    const text = readFileSync(file, 'utf8')
    const forbidden = [/Math\.random/, /process\./, /\bfetch\(/, /console\./, /getRandomValues|randomBytes/]
    if (!clockAllowed.has(file)) forbidden.push(/Date\.now\(/, /new Date\(\)/, /performance\./)
    expect(forbidden.filter((pattern) => pattern.test(text)).map(String)).toEqual([])
  })
})

test('only crypto.browser.ts imports tweetnacl', () => {
  expect(sources.filter((file) => importsOf(file).includes('tweetnacl'))).toEqual(['src/protocol/crypto.browser.ts'])
})
