/** The bundles of the package @countersign/verify: apart from its types, which want the whole compiler. */
import {chmodSync} from 'node:fs'
import {basename, join, relative} from 'node:path'
import {type BuildOptions, type Metafile, type Plugin, build} from 'esbuild'

const root = join(import.meta.dirname, '..')

/** One file that runs wherever Node is. */
export async function buildCli(outfile: string): Promise<{readonly metafile: Metafile}> {
  const built = await buildFor({
    platform: 'node',
    target: 'node20',
    entryPoints: ['src/cli/main.ts'],
    outfile,
    banner: {js: '#!/usr/bin/env node'},
    plugins: [toolkitShims],
  })
  chmodSync(outfile, 0o755)
  return built
}

/** The library, unless it says otherwise. */
export const buildFor = (options: BuildOptions): Promise<{readonly metafile: Metafile}> =>
  build({
    absWorkingDir: root,
    entryPoints: ['sdk/index.ts'],
    bundle: true,
    format: 'esm',
    // Readable on purpose: whoever trusts a verifier should be able to read what runs.
    minify: false,
    legalComments: 'none',
    logLevel: 'warning',
    ...options,
    metafile: true,
  })

/**
 * The Action asks GitHub and the issuer through the runner's toolkit, imported in two files. In the package two
 * shims stand for these, on what Node itself brings, so that it needs nothing else.
 */
const toolkitShims: Plugin = {
  name: 'toolkit-shims',
  setup: (plugins) => {
    plugins.onResolve({filter: /^\.\/(?:github-toolkit|http-client)\.ts$/}, ({path}) => ({
      path: join(root, 'src', 'cli', 'shims', basename(path)),
    }))
    // The build for Node is CommonJS and asks for `process`; the other is the same library.
    plugins.onResolve({filter: /^yaml$/}, () => ({path: join(root, 'node_modules', 'yaml', 'browser', 'index.js')}))
    plugins.onResolve({filter: /^@actions\//}, ({path, importer}) => ({
      errors: [{text: `${path} must not be in the package (imported by ${relative(root, importer)})`}],
    }))
  },
}
