/** Builds build/lambda/ from issuer/lambda.ts: what infra/template.yaml uploads. Prints the sizes. */
import {existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync} from 'node:fs'
import {basename, join} from 'node:path'
import {build} from 'esbuild'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'build', 'lambda')

const {metafile, outputFiles} = await build({
  absWorkingDir: root,
  entryPoints: {index: 'issuer/lambda.ts'},
  outdir,
  bundle: true,
  splitting: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  minify: true,
  sourcemap: true,
  sourcesContent: false,
  legalComments: 'none',
  metafile: true,
  write: false,
  logLevel: 'warning',
  // Dependencies in CommonJS ask for a require(), which an ES module does not have.
  banner: {js: "import {createRequire} from 'node:module';const require = createRequire(import.meta.url);"},
})
const files = new Map<string, Uint8Array>(outputFiles.map(({path, contents}) => [basename(path), contents]))
// Lambda reads a .js file as CommonJS unless it is told otherwise.
files.set('package.json', new TextEncoder().encode('{"type": "module"}\n'))
// What is the same is left alone: tests that run beside this one have it open.
mkdirSync(outdir, {recursive: true})
for (const name of readdirSync(outdir)) if (!files.has(name)) rmSync(join(outdir, name), {recursive: true})
for (const [name, bytes] of files) {
  const path = join(outdir, name)
  if (!existsSync(path) || !readFileSync(path).equals(bytes)) writeFileSync(path, bytes)
}
for (const [name, {bytes}] of Object.entries(metafile.outputs)) {
  if (name.endsWith('.js')) process.stdout.write(`${String(bytes).padStart(9)}  ${name}\n`)
}
