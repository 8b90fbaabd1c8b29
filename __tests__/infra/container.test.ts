/**
 * The Containerfile without a container: its copies and commands in a folder of their own, as its user. What it cannot
 * show is the base image, and a root file system that is mounted read-only.
 */
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {type ChildProcess, execSync, spawn, spawnSync} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {Variables} from '../../issuer/home/variables.ts'
import {until} from '../acceptance/stage.ts'

const root = join(import.meta.dirname, '..', '..')
const read = (name: string): string => readFileSync(join(root, name), 'utf8')

interface Step {
  readonly word: string
  readonly rest: string
}

const steps: readonly Step[] = read('Containerfile')
  .split('\n')
  .filter((line) => line !== '' && !line.startsWith('#'))
  .map((line) => ({word: line.slice(0, line.indexOf(' ')), rest: line.slice(line.indexOf(' ') + 1)}))

const only = (word: string): string => {
  const found = steps.filter((step) => step.word === word)
  if (found[0] === undefined || found.length > 1) throw new Error(`the Containerfile has not one ${word}`)
  return found[0].rest
}

const env = Object.fromEntries(
  only('ENV')
    .split(' ')
    .map((pair) => pair.split('=') as [string, string]),
)
const commandOf = (text: string): readonly string[] => JSON.parse(text.slice(text.indexOf('['))) as string[]

/** Sources and target of each copy out of the checkout. */
const copies = steps
  .filter(({word, rest}) => word === 'COPY' && !rest.startsWith('--from'))
  .map(({rest}) => ({from: rest.split(' ').slice(0, -1), to: rest.split(' ').at(-1) ?? ''}))

test('what is left out of the context is all that is not copied', () => {
  const kept = read('.containerignore')
    .split('\n')
    .filter((line) => line.startsWith('!'))
  expect(kept.map((line) => line.slice(1)).sort()).toEqual([...new Set(copies.flatMap(({from}) => from))].sort())
})

test('it sets no variable that is none, and ends up as a user by number', () => {
  const {NODE_ENV: _, ...ours} = env
  expect(new Variables(ours).problems).toEqual([])
  expect(only('USER')).toMatch(/^[1-9]\d+:[1-9]\d+$/)
})

const isRoot = process.getuid?.() === 0
const [uid, gid] = only('USER').split(':').map(Number)
/** Only root can become another; anyone else is no root already. */
const user = isRoot ? {uid, gid} : {}

let folder: string
let issuer: ChildProcess
let output = ''
const port = '18788'

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-container-'))
  const [app, data] = [join(folder, 'app'), join(folder, 'data')]
  mkdirSync(app)
  mkdirSync(data, {mode: 0o700})
  chmodSync(folder, 0o755)
  for (const {from, to} of copies) {
    for (const one of from) cpSync(join(root, one), to === './' ? join(app, one) : join(app, to), {recursive: true})
  }
  const [install = ''] = steps.filter(({word}) => word === 'RUN').map(({rest}) => rest)
  execSync(install, {cwd: app, stdio: 'pipe', env: {...process.env, npm_config_prefer_offline: 'true'}})
  if (isRoot) chownSync(data, uid ?? 0, gid ?? 0)
}, 300_000)
afterAll(() => {
  issuer.kill('SIGKILL')
  rmSync(folder, {recursive: true, force: true})
})

const surroundings = (): Record<string, string | undefined> => ({
  PATH: process.env['PATH'],
  ...env,
  COUNTERSIGN_STORE: env['COUNTERSIGN_STORE']?.replace('/data', join(folder, 'data')),
  COUNTERSIGN_PORT: port,
})

/** As the image would run it: in its folder, as its user, with what it sets. */
const options = () => ({cwd: join(folder, 'app'), env: surroundings(), ...user})

function healthcheck(): number | null {
  const [program = '', ...words] = commandOf(only('HEALTHCHECK'))
  return spawnSync(program, words, {...options(), timeout: 20_000}).status
}

test('its command starts the issuer with what was installed, and its health check finds it well', async () => {
  const [program = '', ...words] = commandOf(only('CMD'))
  const configured = {
    COUNTERSIGN_PUBLIC_URL: 'https://countersign.example',
    COUNTERSIGN_GITHUB_TOKEN: 'ghp_none',
    COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'a secret of this test',
    COUNTERSIGN_GITHUB_API_URL: 'http://127.0.0.1:9',
  }
  issuer = spawn(program, words, {
    ...options(),
    env: {...surroundings(), ...configured},
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  for (const stream of [issuer.stdout, issuer.stderr]) stream?.on('data', (data: Buffer) => (output += data.toString()))
  await until(() => (output.includes('"listening"') || issuer.exitCode !== null ? true : undefined), 'the issuer')
  expect(output).toContain('"listening"')
  expect(healthcheck()).toBe(0)
})

test('an operator makes a backup beside it', () => {
  const file = join(folder, 'data', 'copy.db')
  const {status, stderr} = spawnSync('node', ['issuer/cli/main.ts', 'backup', file], {...options(), encoding: 'utf8'})
  expect({status, stderr: status === 0 ? '' : stderr}).toEqual({status: 0, stderr: ''})
})

test('it wrote nothing but its data, stops when it is told, and is then not well', async () => {
  const ended = once(issuer, 'exit')
  issuer.kill('SIGTERM')
  expect(await ended).toEqual([0, null])
  expect(healthcheck()).toBe(1)
  expect(readdirSync(join(folder, 'data'))).toContain('countersign.db')
  const copied = [...copies.map(({to, from}) => (to === './' ? from : to.replace(/^\.\/([^/]+).*/, '$1')))].flat()
  expect(readdirSync(join(folder, 'app')).sort()).toEqual([...new Set([...copied, 'node_modules'])].sort())
})
