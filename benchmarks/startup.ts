/** What the gate costs a job: its whole run with a receipt from a file, beside a bare node, turn by turn. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {inputsFor, readActionFile} from '../sandbox/runner/action-file.ts'
import {makeReceipt, sha} from './proofs.ts'
import {median} from './rounds.ts'

const runs = 41
const goal = 2
const root = join(import.meta.dirname, '..')
const dist = join(root, 'dist')
const action = await readActionFile(root)

type Env = Record<string, string>

/** The job in `folder`, as a runner starts it. */
function jobIn(folder: string): Env {
  const {text, pin} = makeReceipt()
  const given = {environment: 'production', 'public-key': pin, receipt: join(folder, 'receipt.json')}
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  file('receipt.json', text)
  return {
    PATH: process.env['PATH'] ?? '',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_EVENT_PATH: file('event.json', '{"repository": {"id": 1296269}}'),
    GITHUB_SHA: sha,
    GITHUB_REPOSITORY: 'octo-org/api-service',
    GITHUB_REPOSITORY_ID: '1296269',
    GITHUB_WORKSPACE: join(folder, 'workspace'),
    GITHUB_OUTPUT: file('output', ''),
    GITHUB_STEP_SUMMARY: file('summary', ''),
    ...inputsFor(action, given, {token: '', status: 'success'}).environment,
  }
}

function timeNode(command: readonly string[], env: Env): number {
  const start = performance.now()
  const {status, stdout} = spawnSync(process.execPath, command, {env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${String(status)}: ${stdout}`)
  return performance.now() - start
}

/** The files of dist/ that one run loads. */
function loadedFiles(folder: string, env: Env): readonly string[] {
  const trace = join(folder, 'trace.mjs')
  writeFileSync(
    trace,
    `import {registerHooks} from 'node:module'
registerHooks({load: (url, context, next) => (process.stderr.write('loaded ' + url + '\\n'), next(url, context))})
`,
  )
  const command = ['--import', pathToFileURL(trace).href, join(dist, 'index.js')]
  const {stderr} = spawnSync(process.execPath, command, {env, encoding: 'utf8'})
  return readdirSync(dist).filter((name) => stderr.includes(`/dist/${name}`))
}

const folder = mkdtempSync(join(tmpdir(), 'countersign-bench-'))
const env = jobIn(folder)
const bare: number[] = []
const gate: number[] = []
for (let run = 0; run < runs; run++) {
  bare.push(timeNode(['-e', '0'], env))
  gate.push(timeNode([join(dist, 'index.js')], env))
}
const summary = readFileSync(join(folder, 'summary'), 'utf8').split('## ✅ Authorized').length - 1
const loaded = loadedFiles(folder, env)
rmSync(folder, {recursive: true})

console.log(`node ${process.version}, ${runs} runs each, alternately; ${summary} allowed`)
if (summary !== runs) process.exitCode = 1 // Times of refusals are not what is asked for.
console.log(`bare node -e 0   ${median(bare).toFixed(1)} ms (median)`)
console.log(`the gate         ${median(gate).toFixed(1)} ms (median), receipt from a file, nothing checked out`)
console.log(`ratio            ${(median(gate) / median(bare)).toFixed(2)} (goal: at most ${goal.toFixed(1)})`)
console.log(`undici loaded    ${loaded.some((name) => name.includes('undici')) ? 'yes' : 'no'}`)
for (const name of readdirSync(dist)) {
  const size = String(statSync(join(dist, name)).size).padStart(8)
  console.log(`${size} bytes  dist/${name}${loaded.includes(name) ? '  (loaded)' : ''}`)
}
