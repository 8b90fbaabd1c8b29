/** Before the first test of a run: the programs that tests start again and again are built, and what they share is opened. */
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {build} from 'esbuild'
import {buildCli} from '../../scripts/sdk-bundles.ts'
import {openShared} from './shared.ts'

const root = join(import.meta.dirname, '..', '..')

export default async function setUp(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-tests-'))
  process.once('exit', () => rmSync(folder, {recursive: true, force: true}))
  // What is in it is taken as it is, by whatever file of the tests: sandbox/programs.ts and __tests__/cli/command.ts.
  process.env['COUNTERSIGN_BUILT_FOR_TESTS'] = folder
  process.env['COUNTERSIGN_TESTS_SHARED'] = await openShared()
  writeFileSync(join(folder, 'package.json'), '{"type": "module"}\n')
  await Promise.all([buildIssuer(folder), buildCli(join(folder, 'cli.js'))])
}

/** `npm start` and `countersign-issuer` in one bundle, as infra/'s Lambda bundle is made; a debugger finds the sources. */
async function buildIssuer(folder: string): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: ['issuer/server.ts', 'issuer/cli/main.ts'],
    outbase: root,
    outdir: folder,
    bundle: true,
    splitting: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    sourcemap: true,
    legalComments: 'none',
    logLevel: 'warning',
    // Dependencies in CommonJS ask for a require(), which an ES module does not have.
    banner: {js: "import {createRequire} from 'node:module';const require = createRequire(import.meta.url);"},
  })
}
