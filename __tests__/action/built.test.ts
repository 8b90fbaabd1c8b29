/** The committed dist/index.js, run as a runner runs it. */
import {writeFileSync} from 'node:fs'
import {type Server, createServer} from 'node:http'
import {type AddressInfo, connect} from 'node:net'
import {join} from 'node:path'
import type {Duplex} from 'node:stream'
import {pathToFileURL} from 'node:url'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {aReceipt, commit, lifeAround, makeKey} from '../protocol/builders.ts'
import {type Loopback, emptyFolder, serve} from './asks.ts'
import {type Env, type GateRun, inputs, pushJob, runBuiltGate} from './built.ts'
import {aRepository, treeOf, withGit} from './repositories.ts'

const key = makeKey()
const {text} = aReceipt(lifeAround(Date.now()), key)

/** An address where nobody listens. */
let nowhere = ''
beforeAll(async () => {
  const gone = await serve(() => undefined)
  await gone.close()
  nowhere = gone.origin
})

/** A push job with nothing checked out, and the receipt in a file elsewhere. */
function withFile(given: Env = {}, env: Env = {}): Env {
  const receipt = join(emptyFolder(), 'receipt.json')
  writeFileSync(receipt, text)
  return {...pushJob(), ...inputs(key.pin, {receipt, ...given}), ...env}
}

/** Every way in which a run says yes. */
function expectRefused(run: GateRun, code: string): void {
  expect(run.code).toBe(1)
  expect(run.log.match(/^::error /gm)).toHaveLength(1)
  expect(run.log).toContain(`Deployment refused%3A ${code}`)
  expect(run.log + run.summary).not.toContain('Authorized: deploy')
  expect(run.outputs.get('authorized') ?? 'false').toBe('false')
  expect([...run.outputs.values()]).not.toContain('true')
}

describe('the built gate', () => {
  test('allows by a file, without network or token', async () => {
    const run = await runBuiltGate(withFile())
    expect(run.code).toBe(0)
    expect(Object.fromEntries(run.outputs)).toMatchObject({
      authorized: 'true',
      sha: commit,
      'authorized-by': 'octocat',
      'reason-code': '',
    })
    expect(run.summary).toContain('## ✅ Authorized: deploy to <code>production</code>')
  })

  test('allows by the receipt itself', async () => {
    expect((await runBuiltGate({...pushJob(), ...inputs(key.pin, {receipt: text})})).code).toBe(0)
  })

  test('refuses another commit, and says which comment would help', async () => {
    const run = await runBuiltGate(withFile({}, {GITHUB_SHA: 'b'.repeat(40)}))
    expectRefused(run, 'commit_mismatch')
    expect(run.log).toContain(`/authorize production ${'b'.repeat(40)}`)
    expect(run.outputs.get('reason-code')).toBe('commit_mismatch')
  })

  test('refuses a receipt of a key that is not pinned, an expired one, and one with a changed byte', async () => {
    expectRefused(await runBuiltGate({...pushJob(), ...inputs(makeKey().pin, {receipt: text})}), 'key_not_pinned')
    const old = aReceipt({}, key).text
    expectRefused(await runBuiltGate({...pushJob(), ...inputs(key.pin, {receipt: old})}), 'expired')
    const changed = text.replace('"octo-org/api-service"', '"octo-org/api-servicf"')
    expectRefused(await runBuiltGate({...pushJob(), ...inputs(key.pin, {receipt: changed})}), 'signature_invalid')
  })

  test('names every wrong input at once', async () => {
    const run = await runBuiltGate({
      ...pushJob(),
      ...inputs(key.pin, {receipt: text, environment: 'production ', 'max-ttl': 'long'}),
    })
    expectRefused(run, 'input_invalid')
    expect(run.log).toContain('2 things are wrong')
  })

  test('refuses an empty environment, as a plain node would start it', async () => {
    expectRefused(await runBuiltGate({PATH: process.env['PATH'] ?? ''}), 'input_invalid')
  })

  test('fails when outputs cannot be recorded, though the receipt is good', async () => {
    for (const file of ['', '/nonexistent/output']) {
      const run = await runBuiltGate(withFile({}, {GITHUB_OUTPUT: file}))
      expectRefused(run, 'internal_error')
      expect(run.log).toContain('GITHUB_OUTPUT')
    }
  })

  test('allows without a summary, with a warning; refuses without either file', async () => {
    const run = await runBuiltGate(withFile({}, {GITHUB_STEP_SUMMARY: ''}))
    expect(run.code).toBe(0)
    expect(run.log).toContain('The job summary could not be written')
    const refused = await runBuiltGate({
      ...pushJob(),
      ...inputs(key.pin, {receipt: '{'}),
      GITHUB_STEP_SUMMARY: '',
      GITHUB_OUTPUT: '',
    })
    expectRefused(refused, 'receipt_malformed')
  })

  test('masks the token before anything else and never prints it again', async () => {
    const run = await runBuiltGate({
      ...pushJob(),
      ...inputs(key.pin, {'github-token': 'ghs_very_secret'}),
      GITHUB_API_URL: nowhere,
    })
    expect(run.log.startsWith('::add-mask::ghs_very_secret\n')).toBe(true)
    expect((run.log + run.summary + [...run.outputs.values()].join()).split('ghs_very_secret')).toHaveLength(2)
  })

  test('issues no command that a path or an event brought along', async () => {
    const run = await runBuiltGate(withFile({receipt: 'x\n::set-output name=authorized::true\n##[error]x'}))
    expectRefused(run, 'input_invalid')
    expect(run.log).not.toMatch(/^::set-output/m)
    expect(run.log).not.toContain('##[')
  })
})

withGit('the built gate with a checkout', () => {
  test('allows the authorized commit and refuses a changed file', async () => {
    const repository = aRepository()
    const {text: receipt} = aReceipt(
      {...lifeAround(Date.now()), scope: {sha: repository.sha, tree: treeOf(repository.sha)}},
      key,
    )
    const env = {
      ...pushJob(),
      ...inputs(key.pin, {receipt}),
      GITHUB_SHA: repository.sha,
      GITHUB_WORKSPACE: repository.root,
    }
    const allowed = await runBuiltGate(env)
    expect(allowed.code).toBe(0)
    expect(allowed.summary).toContain('| checkout | ✅ passed |')
    repository.write('README.md', 'changed\n')
    expectRefused(
      await runBuiltGate({...env, ...pushJob(), GITHUB_SHA: repository.sha, GITHUB_WORKSPACE: repository.root}),
      'checkout_mismatch',
    )
  })
})

/** GitHub, with one check run that carries the receipt. */
const serveCheckRuns = (): Promise<Loopback> =>
  serve((_, response) => {
    const runs = {total_count: 1, check_runs: [{output: {text: `\`\`\`json\n${text}\n\`\`\``}}]}
    response.writeHead(200, {'content-type': 'application/json'}).end(JSON.stringify(runs))
  })

describe('the built gate over the network', () => {
  let issuer: Loopback
  let gitHub: Loopback
  beforeAll(async () => {
    issuer = await serve(({url = ''}, response) => {
      const {receipt} = aReceipt({...lifeAround(Date.now()), issuer: issuer.origin}, key)
      const at = `${new Date().toISOString().slice(0, 19)}Z`
      const status = {type: 'countersign.status/v1', receipt: receipt['id'], status: 'active', at}
      response.end(JSON.stringify(url.endsWith('/status') ? key.sign(status) : {receipts: [receipt]}))
    })
    gitHub = await serveCheckRuns()
  })
  afterAll(() => Promise.all([issuer.close(), gitHub.close()]))

  test("allows by GitHub's check run", async () => {
    const run = await runBuiltGate({
      ...pushJob(),
      ...inputs(key.pin, {'github-token': 'ghs_x'}),
      GITHUB_API_URL: gitHub.origin,
    })
    expect(run.code).toBe(0)
  })

  test('allows by the issuer when GitHub does not answer, with a warning', async () => {
    const env = {
      ...pushJob(),
      ...inputs(key.pin, {'github-token': 'ghs_x', 'issuer-url': issuer.origin}),
      GITHUB_API_URL: nowhere,
    }
    const run = await runBuiltGate(env)
    expect(run.code).toBe(0)
    expect(run.log).toMatch(/^::warning title=Countersign::GitHub: it could not be reached/m)
  })

  test('refuses when nobody answers', async () => {
    const env = {
      ...pushJob(),
      ...inputs(key.pin, {'github-token': 'ghs_x', 'issuer-url': nowhere}),
      GITHUB_API_URL: nowhere,
    }
    expectRefused(await runBuiltGate(env), 'source_unreachable')
  })
})

describe('behind a proxy', () => {
  const asked: string[] = []
  let proxy: Server
  let address = ''
  beforeAll(async () => {
    proxy = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(502).end()
    })
    proxy.on('connect', (request, socket) => {
      asked.push(`CONNECT ${request.url ?? ''}`)
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    address = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`
  })
  afterAll(() => {
    proxy.close()
  })

  /** Prints every file that is loaded from dist/, to standard error. */
  function traceLoading(): readonly string[] {
    const folder = emptyFolder()
    const hook = join(folder, 'trace.mjs')
    writeFileSync(
      hook,
      `import {registerHooks} from 'node:module'
registerHooks({load: (url, context, next) => { if (url.includes('/dist/')) process.stderr.write('loaded ' + url + '\\n'); return next(url, context) }})
`,
    )
    return ['--import', pathToFileURL(hook).href]
  }

  const token = {'github-token': 'ghs_x'}

  test('GitHub and the issuer are asked through it', async () => {
    const env = {...pushJob(), ...inputs(key.pin, {...token, 'issuer-url': 'https://issuer.example'})}
    const run = await runBuiltGate(
      {...env, GITHUB_API_URL: 'https://api.github.example', https_proxy: address},
      traceLoading(),
    )
    expectRefused(run, 'source_unreachable')
    expect(asked).toContain('CONNECT api.github.example:443')
    expect(asked).toContain('CONNECT issuer.example:443')
    expect(run.log).toContain('undici.cjs')
  })

  test('an answer that comes through it is used', async () => {
    const gitHub = await serveCheckRuns()
    const tunnels = createServer().on('connect', (_, socket: Duplex) => {
      const target = connect(Number(new URL(gitHub.origin).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        target.pipe(socket).pipe(target)
      })
    })
    await new Promise<void>((resolve) => tunnels.listen(0, '127.0.0.1', resolve))
    const http_proxy = `http://127.0.0.1:${(tunnels.address() as AddressInfo).port}`
    const env = {...pushJob(), ...inputs(key.pin, token), GITHUB_API_URL: 'http://api.github.invalid', http_proxy}
    const run = await runBuiltGate(env)
    expect(run.code).toBe(0)
    expect(gitHub.requests).toHaveLength(1)
    tunnels.close()
    await gitHub.close()
  })

  test('no_proxy is obeyed, and without a proxy undici is not loaded', async () => {
    asked.length = 0
    const env = {...pushJob(), ...inputs(key.pin, token), GITHUB_API_URL: 'https://api.github.invalid'}
    const run = await runBuiltGate({...env, https_proxy: address, no_proxy: 'api.github.invalid'}, traceLoading())
    expectRefused(run, 'source_unreachable')
    expect(asked).toEqual([])
    expect(run.log).toContain('loaded ')
    expect(run.log).not.toContain('undici')
  })

  test('a receipt from a file loads neither the toolkit for GitHub nor a client', async () => {
    const run = await runBuiltGate(withFile(), traceLoading())
    expect(run.code).toBe(0)
    const loaded = [...run.log.matchAll(/^loaded .*\/dist\/(\w+).*$/gm)].map(([, name]) => name)
    expect(new Set(loaded)).toEqual(new Set(['index']))
  })
})
