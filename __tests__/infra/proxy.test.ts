/** infra/nginx.conf under a real nginx before a real issuer; and what the proxies' limits are held against. */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type ChildProcess, execFileSync, spawn} from 'node:child_process'
import {createHmac} from 'node:crypto'
import {once} from 'node:events'
import {existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {type IncomingMessage, request as requestPlain} from 'node:http'
import {type RequestOptions, request} from 'node:https'
import {connect} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {freePort} from '../../sandbox/free-port.ts'
import {IssuerProcess} from '../../sandbox/issuer-process.ts'
import {until} from '../acceptance/stage.ts'

const infra = (name: string): string => readFileSync(join(import.meta.dirname, '..', '..', 'infra', name), 'utf8')
const server = readFileSync(join(import.meta.dirname, '..', '..', 'issuer', 'server.ts'), 'utf8')

test('the proxies let go of an idle connection before the issuer does', () => {
  const kept = Number(/keepAliveTimeout: ([\d_]+)/.exec(server)?.[1]?.replace('_', '')) / 1000
  expect(kept).toBeGreaterThan(0)
  expect(Number(/keepalive_timeout (\d+)s/.exec(infra('nginx.conf'))?.[1])).toBeLessThan(kept)
  expect(Number(/keepalive (\d+)s/.exec(infra('Caddyfile'))?.[1])).toBeLessThan(kept)
})

const nginx = '/usr/sbin/nginx'
const webhookSecret = 'a secret of this test'

if (!existsSync(nginx)) {
  test.skip('the issuer behind nginx (nginx is absent: install nginx-light)', () => undefined)
} else {
  let folder: string
  let issuer: IssuerProcess
  let proxy: ChildProcess
  let errors = ''
  let [secure, plain] = [0, 0]

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-nginx-'))
    issuer = await IssuerProcess.start({githubUrl: 'http://127.0.0.1:9', webhookSecret, token: 'ghp_none'})
    ;[secure, plain] = [await freePort(), await freePort()]
    makeCertificate()
    writeFileSync(join(folder, 'countersign.conf'), localConf())
    const logs = 'error_log stderr; pid nginx.pid;'
    const places = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
      .map((one) => `${one}_temp_path ${one};`)
      .join('')
    const main = `${logs} daemon off; master_process off; events {} http { ${places} include countersign.conf; }`
    writeFileSync(join(folder, 'nginx.conf'), main)
    execFileSync(nginx, ['-t', '-q', '-p', folder, '-c', 'nginx.conf'], {stdio: ['ignore', 'inherit', 'inherit']})
    proxy = spawn(nginx, ['-p', folder, '-c', 'nginx.conf'], {stdio: ['ignore', 'ignore', 'pipe']})
    proxy.stderr?.on('data', (data: Buffer) => (errors += data.toString()))
    // Its pid file is no sign: the check above has left one.
    for (const port of [secure, plain]) await until(() => isListening(port), `nginx on port ${port}`)
  })
  afterAll(async () => {
    const ended = once(proxy, 'exit')
    proxy.kill('SIGTERM')
    await ended
    await issuer.close()
    rmSync(folder, {recursive: true})
  })

  const isListening = (port: number): Promise<true | undefined> =>
    new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(undefined))
      socket.once('close', () => resolve(undefined))
      socket.unref().end()
    })

  const makeCertificate = (): void => {
    const files = ['-keyout', join(folder, 'key.pem'), '-out', join(folder, 'fullchain.pem')]
    const about = ['-nodes', '-days', '1', '-subj', '/CN=countersign.example.com']
    const names = [
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:P-256',
      '-addext',
      'subjectAltName=DNS:countersign.example.com',
    ]
    execFileSync('openssl', ['req', '-x509', ...names, ...about, ...files], {stdio: 'ignore'})
  }

  /** Its ports, its files and the issuer's address are this machine's; all else is as it is shipped. */
  const localConf = (): string =>
    infra('nginx.conf')
      .replaceAll(/^ *listen \[::\].*\n/gm, '')
      .replace('listen 443', `listen 127.0.0.1:${secure}`)
      .replace('listen 80', `listen 127.0.0.1:${plain}`)
      .replaceAll('/etc/ssl/countersign/', `${folder}/`)
      .replace('127.0.0.1:8787', new URL(issuer.url).host)

  const ask = async (path: string, options: RequestOptions = {}, body?: Buffer): Promise<Answer> => {
    const ca = readFileSync(join(folder, 'fullchain.pem'))
    const name = 'countersign.example.com'
    const asking = request({host: '127.0.0.1', port: secure, servername: name, ca, path, ...options})
    // nginx answers what is too large before it has read it, and hangs up.
    asking.on('error', () => undefined)
    asking.end(body)
    return await readAnswer((await once(asking, 'response')) as [IncomingMessage])
  }

  const deliver = async (length: number): Promise<Answer> => {
    const body = Buffer.from(JSON.stringify({zen: 'x'.repeat(length)}))
    const signature = `sha256=${createHmac('sha256', webhookSecret).update(body).digest('hex')}`
    const headers = {
      'content-type': 'application/json',
      'content-length': body.length,
      'x-github-event': 'ping',
      'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      'x-hub-signature-256': signature,
    }
    return await ask('/github/webhook', {method: 'POST', headers}, body)
  }

  test('a request goes through, with a path as it was sent', async () => {
    expect(await ask('/healthz')).toMatchObject({status: 200, body: expect.stringContaining('"ok"')})
    // One environment of the badge, not two folders: a proxy that decodes would ask for something else.
    expect((await ask('/badge/octo-org/api-service/eu%2Fproduction.svg')).status).toBe(200)
  })

  test('a webhook goes through with its bytes as GitHub signed them', async () => {
    expect((await deliver(900_000)).status).toBe(202)
  })

  test('one that is too large is refused: by the issuer in its words, and a flood by nginx', async () => {
    expect(await deliver(1_100_000)).toMatchObject({
      status: 413,
      body: expect.stringContaining('body_too_large'),
    })
    expect(await deliver(3_000_000)).toMatchObject({status: 413, body: expect.stringContaining('nginx')})
  })

  test('what a client says of host and address changes no answer', async () => {
    const lies = {
      host: 'evil.example',
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'gopher',
      forwarded: 'host=evil.example',
    }
    const honest = await ask('/')
    expect(await ask('/', {headers: lies})).toEqual(honest)
    expect(honest.body).not.toContain('evil.example')
    expect(honest.body).toContain(issuer.url)
  })

  test('plain HTTP is led to HTTPS, whatever host it names', async () => {
    const asking = requestPlain({
      host: '127.0.0.1',
      port: plain,
      path: '/r/demo',
      headers: {host: 'evil.example'},
    }).end()
    const [answer] = (await once(asking, 'response')) as [IncomingMessage]
    answer.resume()
    expect([answer.statusCode, answer.headers.location]).toEqual([301, 'https://countersign.example.com/r/demo'])
  })

  test('nginx had nothing to complain of but the flood', () => {
    const complaints = errors.split('\n').filter((line) => /\[(warn|error|crit|alert|emerg)\]/.test(line))
    // The issuer hangs up on a body that it does not want; nginx asks once more on a connection of its own.
    const known = /too large body|upstream prematurely closed connection/
    expect(complaints.filter((line) => !known.test(line))).toEqual([])
  })
}

interface Answer {
  readonly status: number | undefined
  readonly body: string
}

async function readAnswer([answer]: readonly [IncomingMessage]): Promise<Answer> {
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk as Buffer)
  return {status: answer.statusCode, body: Buffer.concat(chunks).toString()}
}
