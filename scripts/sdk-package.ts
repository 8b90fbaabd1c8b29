/** Makes the files of the package @countersign/verify: library, browser build, command line, types and licences. */
import {copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync} from 'node:fs'
import {basename, dirname, join, relative, resolve} from 'node:path'
import type {Metafile} from 'esbuild'
import ts from 'typescript'
import {buildCli, buildFor} from './sdk-bundles.ts'

const root = join(import.meta.dirname, '..')

/** `out` must not hold anything that is to stay. */
export async function buildSdk(out: string): Promise<void> {
  mkdirSync(out, {recursive: true})
  await buildFor({platform: 'node', target: 'node20', outfile: join(out, 'index.js')})
  const browser = await buildFor({platform: 'browser', target: 'es2022', outfile: join(out, 'browser.js')})
  const cli = await buildCli(join(out, 'cli.js'))
  writeTypes(join(out, 'types'))
  const brought = [...collectLicences(browser.metafile, 'browser.js'), ...collectLicences(cli.metafile, 'cli.js')]
  writeFileSync(join(out, 'licenses.txt'), brought.join(`\n${'-'.repeat(80)}\n\n`))
  for (const file of ['sdk/package.json', 'sdk/README.md', 'LICENSE']) {
    copyFileSync(join(root, file), join(out, basename(file)))
  }
}

/** One declaration file a module, as the compiler makes it, and only of the modules that the public types reach. */
function writeTypes(folder: string): void {
  const made = emitDeclarations()
  const wanted = ['sdk/index.d.ts']
  for (const file of wanted) {
    const text = made.get(file)
    if (text === undefined) throw new Error(`${file} was not made`)
    const imported = [...text.matchAll(/from '(\.[^']*)\.js'/g)].map(([, path]) =>
      relative(root, resolve(root, dirname(file), `${path ?? ''}.d.ts`)),
    )
    wanted.push(...imported.filter((path) => !wanted.includes(path)))
    mkdirSync(dirname(join(folder, file)), {recursive: true})
    writeFileSync(join(folder, file), text)
  }
}

function emitDeclarations(): ReadonlyMap<string, string> {
  const {config} = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => readFileSync(path, 'utf8')) as {
    readonly config: {readonly compilerOptions: object}
  }
  const {options} = ts.convertCompilerOptionsFromJson(config.compilerOptions, root)
  const program = ts.createProgram([join(root, 'sdk/index.ts')], {
    ...options,
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: root,
    outDir: root,
  })
  const made = new Map<string, string>()
  const {diagnostics} = program.emit(undefined, (path, text) => made.set(relative(root, path), publish(text)))
  const faults = [...ts.getPreEmitDiagnostics(program), ...diagnostics]
  if (faults.length > 0) throw new Error(ts.formatDiagnostics(faults, host))
  return made
}

const host: ts.FormatDiagnosticsHost = {
  getCanonicalFileName: (name) => name,
  getCurrentDirectory: () => root,
  getNewLine: () => '\n',
}

/**
 * Specifiers as a reader of the package resolves them. Types of Node would ask every user for @types/node, browsers too;
 * they stand only for what the library itself holds, and nobody outside looks into that.
 */
const publish = (text: string): string =>
  text
    .replaceAll(/from '(\.[^']*)\.ts'/g, "from '$1.js'")
    .replaceAll("from '#crypto'", "from './crypto.node.js'")
    .replaceAll(/^import (?:type )?\{([^}]*)\} from 'node:[^']*';/gm, (_, names: string) =>
      names
        .split(',')
        .map((name) => `type ${name.trim()} = object;`)
        .join('\n'),
    )

/** The licences of what a build brings along. A package without a licence file stops the build. */
function collectLicences({inputs}: Metafile, file: string): readonly string[] {
  const folders = Object.keys(inputs).flatMap((input) => {
    const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
    return match?.[1] === undefined ? [] : [match[1]]
  })
  return [...new Set(folders)].sort().map((folder) => {
    const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<string, unknown>
    const licence = readdirSync(join(root, folder)).find((entry) => /^licen[cs]e(?:\.|$)/i.test(entry))
    if (licence === undefined) throw new Error(`${folder} has no licence file`)
    const title = `${String(manifest['name'])} ${String(manifest['version'])} (in ${file})`
    return `${title}\n${String(manifest['license'])}\n\n${readFileSync(join(root, folder, licence), 'utf8').trim()}\n`
  })
}
