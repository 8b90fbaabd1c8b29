/** Makes the files of dist/ in memory: the gate and its post step, in parts so that a run loads only what it uses, and the licences of all parts. */
import {readFileSync, readdirSync} from 'node:fs'
import {builtinModules} from 'node:module'
import {basename, join} from 'node:path'
import {type BuildOptions, type Metafile, type Plugin, build} from 'esbuild'

/** File name in dist/ -> its bytes. */
export type Bundle = ReadonlyMap<string, Uint8Array>

const root = join(import.meta.dirname, '..')

const shared = {
  absWorkingDir: root,
  outdir: 'dist',
  bundle: true,
  platform: 'node',
  target: 'node24',
  // Readable on purpose: people review what runs in their deploy jobs, and start-up was measured to be the same.
  minify: false,
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
} as const satisfies BuildOptions

/** What index.js and post.js load with import(), and only when a run comes to it. Every name is a file in dist/. */
const lazyParts: Readonly<Record<string, string>> = {
  'github-toolkit': 'src/action/sources/github-toolkit.ts',
  'http-client': 'src/action/issuer/http-client.ts',
  'open-issuer': 'src/action/issuer/open-issuer.ts',
  'revocation-check': 'src/gate/revocation-check.ts',
  'verify-note': 'src/gate/verify-note.ts',
  'inspect-folder': 'src/action/inspect-folder.ts',
  'inspect-repository': 'src/action/inspect-repository.ts',
}

export async function makeBundle(): Promise<Bundle> {
  const gate = await build({
    ...shared,
    entryPoints: {index: 'src/index.ts', post: 'src/post.ts', ...lazyParts},
    format: 'esm',
    plugins: [lazyImports, lazyUndici, pureToolkit, leanBuiltins],
  })
  const undici = await build({
    ...shared,
    stdin: {contents: "export {ProxyAgent, fetch} from 'undici'", resolveDir: root, sourcefile: 'undici-entry.js'},
    entryNames: 'undici',
    outExtension: {'.js': '.cjs'},
    format: 'cjs',
  })
  const files = [...gate.outputFiles, ...undici.outputFiles].map(
    ({path, contents}) => [fileName(path), contents] as const,
  )
  return new Map([
    ...files,
    ['package.json', text('{"type": "module"}\n')],
    ['licenses.txt', text(collectLicences([gate.metafile, undici.metafile]))],
  ])
}

const fileName = (path: string): string => basename(path)
const text = (content: string): Uint8Array => new TextEncoder().encode(content)

/**
 * import() of one of our files stays an import() of its own bundle. Esbuild's code splitting would share modules between
 * them in more files, and each file that is loaded costs start-up.
 */
const lazyImports: Plugin = {
  name: 'lazy-imports',
  setup: (plugins) => {
    plugins.onResolve({filter: /^\./}, ({kind, path}) => {
      if (kind !== 'dynamic-import') return undefined
      const name = basename(path, '.ts')
      if (!Object.hasOwn(lazyParts, name)) return {errors: [{text: `${path} is not among the lazy parts`}]}
      return {path: `./${name}.js`, external: true}
    })
  },
}

/** undici costs more start-up than the rest together, and is needed only behind a proxy. */
const lazyUndici: Plugin = {
  name: 'lazy-undici',
  setup: (plugins) => {
    plugins.onResolve({filter: /^undici$/}, () => ({path: 'undici', namespace: 'lazy-undici'}))
    plugins.onLoad({filter: /.*/, namespace: 'lazy-undici'}, () => ({
      contents: undiciShim,
      loader: 'js',
      resolveDir: root,
    }))
  },
}

/** What the toolkit takes from undici: an agent for a proxy, and the fetch that takes such an agent. */
const undiciShim = `
import {createRequire} from 'node:module'
let loaded
const undici = () => (loaded ??= createRequire(import.meta.url)('./undici.cjs'))
export class ProxyAgent {
  constructor(options) {
    return new (undici().ProxyAgent)(options)
  }
}
export const fetch = (resource, options) =>
  options?.dispatcher === undefined ? globalThis.fetch(resource, options) : undici().fetch(resource, options)
`

/** These modules of @actions/core only declare things, but do not say so: unused, they would still be loaded. */
const pureToolkit: Plugin = {
  name: 'pure-toolkit',
  setup: (plugins) => {
    plugins.onResolve({filter: /^\.\/(?:oidc-utils|platform|summary|path-utils)\.js$/}, ({path, resolveDir}) =>
      resolveDir.endsWith(join('@actions', 'core', 'lib'))
        ? {path: join(resolveDir, path), sideEffects: false}
        : undefined,
    )
  },
}

/**
 * An `import` of fs or crypto makes Node evaluate every export of it, and so load WebCrypto, readline and streams that
 * the gate never touches: 10 of 77 ms of processor time, measured. Asked for as an object, only what is used is loaded.
 * It also gives dependencies in CommonJS their require(), which an ES module does not have.
 */
const leanBuiltins: Plugin = {
  name: 'lean-builtins',
  setup: (plugins) => {
    plugins.onResolve({filter: new RegExp(`^(?:node:)?(?:${builtinModules.join('|')})$`)}, ({path}) => ({
      path: path.replace(/^node:/, ''),
      namespace: 'builtin',
      sideEffects: false,
    }))
    plugins.onLoad({filter: /.*/, namespace: 'builtin'}, ({path}) => ({
      contents: `module.exports = process.getBuiltinModule('node:${path}')`,
      loader: 'js',
    }))
  },
}

/** One section a package, by name. A package without a licence file stops the build. */
function collectLicences(metafiles: readonly Metafile[]): string {
  const folders = new Set(
    metafiles
      .flatMap(({outputs}) => Object.values(outputs))
      .flatMap(({inputs}) => Object.keys(inputs).flatMap(packageFolder)),
  )
  const sections = [...folders].sort().map((folder) => {
    const {name, version, license} = readManifest(folder)
    const file = readdirSync(join(root, folder)).find((entry) => /^(?:licen[cs]e|copying)(?:\.|$)/i.test(entry))
    if (file === undefined) throw new Error(`${folder} has no licence file`)
    return `${name} ${version}\n${license}\n\n${readFileSync(join(root, folder, file), 'utf8')
      .replaceAll('\r\n', '\n')
      .trim()}\n`
  })
  return [...new Set(sections)].join(`\n${'-'.repeat(80)}\n\n`)
}

/** `node_modules/@actions/core/lib/core.js` -> `node_modules/@actions/core`; nothing for our own files. */
function packageFolder(input: string): readonly string[] {
  const match = /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(input)
  return match?.[1] === undefined ? [] : [match[1]]
}

function readManifest(folder: string): {readonly name: string; readonly version: string; readonly license: string} {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as Record<string, unknown>
  const {name, version, license} = manifest
  if (typeof name !== 'string' || typeof version !== 'string' || typeof license !== 'string') {
    throw new Error(`${folder}/package.json does not say its name, version and license`)
  }
  return {name, version, license}
}

export const distFolder = join(root, 'dist')
