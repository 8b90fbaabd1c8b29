/** Makes docs/sdk.md from the docstrings of what sdk/index.ts exports, or with --check says whether it is current. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {format, resolveConfig} from 'prettier'
import ts from 'typescript'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs', 'sdk.md')
const usage = `node scripts/sdk-docs.ts            make docs/sdk.md
node scripts/sdk-docs.ts --check    exit 1 when it is not what the sources say
node scripts/sdk-docs.ts --help     this text
`

async function main(arguments_: readonly string[]): Promise<number> {
  const [option = '', ...more] = arguments_
  if (more.length > 0 || !['', '--check', '--help'].includes(option)) {
    process.stderr.write(`unknown: ${arguments_.join(' ')}\n\n${usage}`)
    return 2
  }
  if (option === '--help') {
    process.stdout.write(usage)
    return 0
  }
  const style = await resolveConfig(page)
  const text = await format(new Reference().render(), {...style, filepath: page})
  if (option === '') writeFileSync(page, text)
  if (readFileSync(page, 'utf8') === text) return 0
  process.stderr.write('docs/sdk.md is not what the sources say. Run: node scripts/sdk-docs.ts\n')
  return 1
}

const introduction = `# SDK reference

<!-- Made by scripts/sdk-docs.ts from the docstrings in the sources: change those, and run it again. -->

\`@countersign/verify\` verifies receipts, authority tokens, evidence bundles, revocations and the ledger: offline, without
dependencies, on Node 20 and later and in browsers (where it does not verify tokens). Its package page shows a first example;
[refusals.md](refusals.md) lists the codes of refusals, and [vectors](vectors/README.md) has cases for verifiers in other
languages.

Every \`verify.*\` returns \`{valid: true, …}\` or \`{valid: false, code, reason}\`. None of them throws on bad input, touches the
network, the disk or the environment, or reads the clock if it is given the time.`

/** What the compiler knows of the exports, as Markdown. */
class Reference {
  readonly #checker: ts.TypeChecker
  readonly #exports: readonly ts.Symbol[]
  /** The export beside what it exports: words may stand at either. */
  readonly #notes = new Map<ts.Symbol, ts.Symbol>()

  constructor() {
    const {config} = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
      readonly config: {readonly compilerOptions: object}
    }
    const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
    const program = ts.createProgram([join(root, 'sdk/index.ts')], options)
    this.#checker = program.getTypeChecker()
    const source = program.getSourceFile(join(root, 'sdk/index.ts'))
    const module = source === undefined ? undefined : this.#checker.getSymbolAtLocation(source)
    if (module === undefined) throw new Error('sdk/index.ts cannot be read')
    this.#exports = this.#checker.getExportsOfModule(module).map((one) => {
      const target = this.#aim(one)
      this.#notes.set(target, one)
      return target
    })
  }

  render(): string {
    const isType = (one: ts.Symbol): boolean => (one.flags & ts.SymbolFlags.Type) !== 0
    const types = this.#exports.filter(isType).sort((a, b) => (a.name < b.name ? -1 : 1))
    const values = this.#exports.filter((one) => !isType(one) && one.name !== 'verify')
    return [
      introduction,
      '## Calls',
      ...this.#verifiers().map((one) => this.#renderCall(one)),
      '## Functions and tables',
      ...values.map((one) => this.#renderValue(one)),
      '## Types',
      ...types.map((one) => this.#renderType(one)),
    ].join('\n\n')
  }

  /** What an alias stands for. */
  #aim(symbol: ts.Symbol): ts.Symbol {
    return (symbol.flags & ts.SymbolFlags.Alias) === 0 ? symbol : this.#checker.getAliasedSymbol(symbol)
  }

  #verifiers(): readonly (readonly [name: string, symbol: ts.Symbol])[] {
    const verify = this.#exports.find(({name}) => name === 'verify')
    if (verify === undefined) throw new Error('verify is not exported')
    const members = this.#checker.getPropertiesOfType(this.#checker.getTypeOfSymbol(verify))
    return members.map((member) => {
      const declaration = declarationOf(member)
      const target = ts.isPropertyAssignment(declaration)
        ? this.#checker.getSymbolAtLocation(declaration.initializer)
        : undefined
      return [`verify.${member.name}`, this.#aim(target ?? member)] as const
    })
  }

  #renderCall([name, symbol]: readonly [string, ts.Symbol]): string {
    const signatures = this.#checker.getTypeOfSymbol(symbol).getCallSignatures()
    const lines = signatures.map((one) => `${name}${this.#print(one)}`)
    return [`### \`${name}\``, fenced(lines), this.#words(symbol)].join('\n\n')
  }

  #renderValue(symbol: ts.Symbol): string {
    const title = `### \`${symbol.name}\``
    const signatures = this.#checker.getTypeOfSymbol(symbol).getCallSignatures()
    const lines = signatures.map((one) => `${symbol.name}${this.#print(one)}`)
    return [title, ...(lines.length === 0 ? [] : [fenced(lines)]), this.#words(symbol)].join('\n\n')
  }

  #renderType(symbol: ts.Symbol): string {
    const title = `### \`${symbol.name}\``
    const declaration = declarationOf(symbol)
    if (ts.isTypeAliasDeclaration(declaration)) {
      const source = declaration.getText().replace(/^export /, '')
      return [title, fenced([source]), this.#words(symbol)].join('\n\n')
    }
    const rows = this.#checker.getPropertiesOfType(this.#checker.getDeclaredTypeOfSymbol(symbol)).map((member) => {
      const declaration = declarationOf(member)
      const type = ts.isPropertySignature(declaration) ? (declaration.type?.getText() ?? '') : ''
      const optional = (member.flags & ts.SymbolFlags.Optional) === 0 ? '' : '?'
      return `| \`${member.name}${optional}\` | \`${cell(type)}\` | ${cell(this.#words(member))} |`
    })
    const table = ['| member | type | |', '| --- | --- | --- |', ...rows].join('\n')
    return [title, this.#words(symbol), table].filter((part) => part !== '').join('\n\n')
  }

  #print(signature: ts.Signature): string {
    return this.#checker.signatureToString(signature, undefined, ts.TypeFormatFlags.NoTruncation)
  }

  #words(symbol: ts.Symbol): string {
    const own = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker))
    const note = this.#notes.get(symbol)
    const said = note === undefined ? '' : wordsAt(note)
    const text = said === '' ? own : said
    const returns = symbol
      .getJsDocTags(this.#checker)
      .filter(({name}) => name === 'returns')
      .map(({text: parts}) => `Gives ${ts.displayPartsToString(parts)}`)
    return [text, ...returns].filter((part) => part !== '').join('\n\n')
  }
}

function declarationOf(symbol: ts.Symbol): ts.Declaration {
  const [first] = symbol.declarations ?? []
  if (first === undefined) throw new Error(`${symbol.name} is declared nowhere`)
  return first
}

const wordsAt = (exported: ts.Symbol): string =>
  ts
    .getJSDocCommentsAndTags(declarationOf(exported))
    .map(({comment}) => ts.getTextOfJSDocComment(comment) ?? '')
    .join('\n')

const fenced = (lines: readonly string[]): string => ['```ts', ...lines, '```'].join('\n')
const cell = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|')

process.exitCode = await main(process.argv.slice(2))
