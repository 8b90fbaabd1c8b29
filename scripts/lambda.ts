/** Builds build/lambda/ from issuer/lambda.ts: what infra/template.yaml uploads. Prints the sizes. */
import {rmSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {build} from 'esbuild'

const root = join(import.meta.dirname, '..')
const outdir = join(root, 'build', 'lambda')

rmSync(outdir, {recursive: true, force: true})
const {metafile} = await build({
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
  logLevel: 'warning',
  // Dependencies in CommonJS ask for a require(), which an ES module does not have.
  banner: {js: "import {createRequire} from 'node:module';const require = createRequire(import.meta.url);"},
})
// Lambda reads a .js file as CommonJS unless it is told otherwise.
writeFileSync(join(outdir, 'package.json'), '{"type": "module"}\n')
for (const [name, {bytes}] of Object.entries(metafile.outputs)) {
  if (name.endsWith('.js')) process.stdout.write(`${String(bytes).padStart(9)}  ${name}\n`)
}
