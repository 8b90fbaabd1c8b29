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

/** First match wins, so the narrow rows stand first. */
const borders: readonly Border[] = [
  {from: /^src\/protocol\/crypto\.node\.ts$/, may: [/^node:crypto$/]},
  {from: /^src\/protocol\/crypto\.browser\.ts$/, may: packages('tweetnacl', '@noble/hashes')},
  {from: /^src\/protocol\/crypto\.ts$/, may: [/^#crypto$/, /^src\/protocol\//]},
  {from: /^src\/protocol\//, may: [/^src\/protocol\//]},
  {
    from: /^src\//,
    may: [/^#protocol$/, /^src\/(gate\.ts|action\/|cli\/)/, /^node:/, ...packages('@actions/*', 'undici')],
  },
  {from: /^issuer\/(command|mint)\//, may: [/^#protocol$/, /^issuer\//]},
  {from: /^issuer\/policy\//, may: [/^#protocol$/, /^issuer\//, ...packages('ajv', 'yaml', 'picomatch')]},
  {
    from: /^issuer\/(server|cli\/[\w-]+)\.ts$/,
    may: [/^package\.json$/, /^#protocol$/, /^issuer\//, /^node:/, ...packages('@hono/node-server')],
  },
  // The AWS SDK stays behind its doors: the table, the keys, the queue, and Lambda's own.
  {
    from: /^issuer\/(lambda\.ts|home\/aws\/|setup\/on-aws\.ts|store\/dynamodb(\.ts|\/)|keys\/kms\.ts|inbox\/sqs\.ts)/,
    may: [/^package\.json$/, /^#protocol$/, /^issuer\//, /^node:/, ...packages('@aws-sdk/*', 'hono', 'ulid')],
  },
  {
    from: /^issuer\//,
    may: [
      /^#protocol$/,
      /^issuer\//,
      /^node:/,
      ...packages('@octokit/*', 'hono', '@hono/node-server', 'jose', 'ulid', 'badgen', 'uqr', 'pino'),
    ],
  },
  {from: /^sdk\//, may: [/^src\/protocol\//, /^src\/cli\//, /^sdk\//]},
  {
    from: /^sandbox\//,
    may: [
      /^#protocol$/,
      /^sandbox\//,
      /^node:/,
      ...packages('hono', '@hono/node-server', 'jose', 'yaml', 'ajv', 'ajv-formats', '@octokit/*'),
    ],
  },
]

/** What the pure folders import from their neighbours may only be types or other pure folders. */
const pureIssuer = /^issuer\/(command|policy|mint|model)\//

const sources = globSync('{src,issuer,sdk,sandbox}/**/*.ts').map((file) => file.split(path.sep).join('/'))

function importsOf(file: string): readonly {readonly target: string; readonly typeOnly: boolean}[] {
  const text = readFileSync(file, 'utf8')
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false)
  const typeOnly = new Set<string>()
  ts.forEachChild(source, (node) => {
    if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return
    if (node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword) typeOnly.add(node.moduleSpecifier.text)
  })
  return ts.preProcessFile(text, true, true).importedFiles.map(({fileName}) => ({
    target: fileName.startsWith('.') ? path.posix.join(path.posix.dirname(file), fileName) : fileName,
    typeOnly: typeOnly.has(fileName),
  }))
}

describe('borders', () => {
  test('there are sources to look at', () => {
    expect(sources.length).toBeGreaterThan(40)
  })

  test.each(sources)('%s imports only what its folder may', (file) => {
    const border = borders.find(({from}) => from.test(file))
    const foreign = importsOf(file)
      .map(({target}) => target)
      .filter((target) => border?.may.some((pattern) => pattern.test(target)) !== true)
    expect(foreign).toEqual([])
  })

  test.each(sources.filter((file) => pureIssuer.test(file)))('%s takes only types from folders that act', (file) => {
    const acting = importsOf(file).filter(
      ({target, typeOnly}) => target.startsWith('issuer/') && !pureIssuer.test(target) && !typeOnly,
    )
    // The contract of facts holds the permission ladder too; nothing there acts.
    expect(acting.map(({target}) => target)).toEqual([])
  })
})

describe('pure folders', () => {
  const pure = sources.filter((file) => /^(src\/protocol|issuer\/(command|policy|mint))\//.test(file))
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
  expect(sources.filter((file) => importsOf(file).some(({target}) => target === 'tweetnacl'))).toEqual([
    'src/protocol/crypto.browser.ts',
  ])
})
