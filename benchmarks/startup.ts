/** What the gate costs a job: its whole run with a receipt from a file, beside a bare node, turn by turn. */
import {spawnSync} from 'node:child_process'
import {generateKeyPairSync, sign} from 'node:crypto'
import {mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {pathToFileURL} from 'node:url'
import {printPublicKey, printSecondsTime, printSignature, signingBytes} from '#protocol'

const runs = 41
const goal = 2
const dist = join(import.meta.dirname, '..', 'dist')
const sha = '3f2a9c0d5b7e1f4a6c8d0e2f4a6b8c0d2e4f6a8b'

type Env = Record<string, string>

/** A receipt that holds now, and the key to pin. */
function makeReceipt(): {readonly text: string; readonly pin: string} {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const pin = printPublicKey(new Uint8Array(publicKey.export({format: 'der', type: 'spki'}).subarray(-32)))
  const digest = `sha256:${'1'.repeat(64)}`
  const at = printSecondsTime(Date.now() - 60_000)
  const body = {
    type: 'countersign.receipt/v1',
    id: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
    action: 'deploy',
    scope: {repository: 'octo-org/api-service', repositoryId: 1296269, sha, tree: sha, environment: 'production'},
    authorizedBy: 'octocat',
    approvals: [
      {
        login: 'octocat',
        id: 583231,
        role: 'maintain',
        at,
        statement: {kind: 'issue_comment', id: 99262140, digest},
        binding: 'commit',
        proof: 'comment',
      },
    ],
    flags: [],
    issuedAt: at,
    expiresAt: printSecondsTime(Date.now() + 3_000_000),
    issuer: 'https://countersign.example',
    decision: 'dec_01jdaa3x7k9m2n4p6q8r0s2t4w',
    evidence: digest,
    policy: digest,
    publicKey: pin,
  }
  const signature = printSignature(new Uint8Array(sign(null, signingBytes(body), privateKey)))
  return {pin, text: JSON.stringify({...body, signature})}
}

/** The job in `folder`, as a runner starts it. */
function jobIn(folder: string): Env {
  const {text, pin} = makeReceipt()
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
    GITHUB_WORKSPACE: folder,
    GITHUB_OUTPUT: file('output', ''),
    GITHUB_STEP_SUMMARY: file('summary', ''),
    INPUT_ENVIRONMENT: 'production',
    'INPUT_PUBLIC-KEY': pin,
    INPUT_RECEIPT: 'receipt.json',
    INPUT_CHECKOUT: 'verify',
    'INPUT_MIN-APPROVALS': '1',
    'INPUT_REQUIRE-PROOF': 'comment',
    'INPUT_REFUSE-FLAGS': 'self emergency',
    'INPUT_MAX-TTL': '24h',
  }
}

function timeNode(command: readonly string[], env: Env): number {
  const start = performance.now()
  const {status, stdout} = spawnSync(process.execPath, command, {env, encoding: 'utf8'})
  if (status !== 0) throw new Error(`${command.join(' ')} ended with ${String(status)}: ${stdout}`)
  return performance.now() - start
}

const median = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 1] ?? NaN

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
const summary = readFileSync(join(folder, 'summary'), 'utf8').split('## ✅ Authorised').length - 1
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
