/** docs/formats.md against what the gate and the issuer take and give: inputs, outputs, routes, variables, commands. */
import {execFileSync} from 'node:child_process'
import {globSync, mkdtempSync, readFileSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {Hono} from 'hono'
import {parse} from 'yaml'
import {deny} from '#protocol'
import {readJob} from '../../src/action/job.ts'
import {resultOf} from '../../src/action/result.ts'
import {blocksOf, codesIn, namesIn, sectionOf, tablesOf} from './document.ts'

const root = join(import.meta.dirname, '..', '..')
const page = readFileSync(join(root, 'docs', 'formats.md'), 'utf8')
const section = (title: string): string => sectionOf(page, title)
const tablesIn = (title: string): ReturnType<typeof tablesOf> => tablesOf(section(title))

describe('the gate', () => {
  const action = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as {
    readonly inputs: Readonly<Record<string, {readonly default?: string; readonly required?: boolean}>>
    readonly outputs: Readonly<Record<string, unknown>>
  }

  test('has the inputs of action.yml, with their defaults', () => {
    const [rows = []] = tablesIn('Inputs')
    expect(namesIn(rows)).toEqual(Object.keys(action.inputs))
    for (const [name = '', shown = ''] of rows) {
      const input = action.inputs[codesIn(name)[0] ?? '']
      // A default in words is no text that action.yml could give.
      if (shown === 'required') expect(input).toMatchObject({required: true})
      else expect(input).toHaveProperty('default', codesIn(shown)[0] ?? '')
    }
  })

  test('has the outputs of action.yml, in whatever order', () => {
    expect([...namesIn(tablesIn('Outputs')[0])].sort()).toEqual(Object.keys(action.outputs).sort())
  })

  test('gives a result with these members', () => {
    const result = resultOf({decision: deny({code: 'internal_error', problem: 'a test'}), answers: [], warnings: []})
    expect(namesIn(tablesIn('The result')[0])).toEqual(Object.keys(result))
  })

  test('reads these variables of its runner', () => {
    const {env, names} = recording()
    readJob(env)
    const [read = ''] = section('What the gate reads from its runner').trim().split('\n\n')
    expect([...codesIn(read)].sort()).toEqual(names())
  })
})

/** An environment without variables, which notes the names that are asked for. */
function recording(): {readonly env: Readonly<Record<string, undefined>>; readonly names: () => readonly string[]} {
  const names = new Set<string>()
  const env = new Proxy<Readonly<Record<string, undefined>>>({}, {get: (_, name) => void names.add(String(name))})
  return {env, names: () => [...names].sort()}
}

const issuerSources = globSync('issuer/**/*.ts', {cwd: root}).map((file) => join(root, file))

/** The module of the issuer that declares this, wherever it stands: its files may move, its names stay. */
async function importDeclaring(declaration: string): Promise<unknown> {
  const [file, ...more] = issuerSources.filter((path) => readFileSync(path, 'utf8').includes(declaration))
  if (file === undefined || more.length > 0) throw new Error(`not one file of the issuer has "${declaration}"`)
  return (await import(file)) as unknown
}

interface Configuration {
  readonly readConfig: (env: object) => {
    readonly ok: true
    readonly value: {
      readonly config: {
        readonly host: string
        readonly port: number
        readonly databasePath: string
        readonly logLevel: string
        readonly oidcIssuer: string
        readonly github: {readonly apiUrl: string}
      }
    }
  }
}
const readConfiguration = async (): Promise<Configuration> =>
  (await importDeclaring('export const readConfig =')) as Configuration

const access = {COUNTERSIGN_GITHUB_TOKEN: 'a-token', COUNTERSIGN_GITHUB_WEBHOOK_SECRET: 'a secret of enough letters'}
const quiet = {info: () => undefined, warn: () => undefined, error: () => undefined}

/** `GET /v1/receipts/:id` and its like, in the order in which they are looked through. */
const printRoutes = ({routes}: Hono): readonly string[] => [
  ...new Set(routes.filter(({method}) => method !== 'ALL').map(({method, path}) => `${method} ${path}`)),
]

/** Those of an issuer that serves, and those that it has while it waits for its App. */
async function listRoutes(): Promise<readonly string[]> {
  const opening = (await importDeclaring('export async function openIssuer(')) as {
    readonly openIssuer: (
      config: object,
      around: object,
    ) => Promise<{readonly value: {serving: object; close: () => Promise<void>}}>
  }
  const {createApp} = (await importDeclaring('export function createApp(')) as {
    readonly createApp: (tools: object) => Hono
  }
  const waiting = (await importDeclaring('export function setupApp(')) as {readonly setupApp: (tools: object) => Hono}
  const folder = mkdtempSync(join(tmpdir(), 'countersign-formats-'))
  try {
    const {readConfig} = await readConfiguration()
    const {config} = readConfig({...access, COUNTERSIGN_STORE: `sqlite:${join(folder, 'countersign.db')}`}).value
    const {value: issuer} = await opening.openIssuer(config, {log: quiet, version: '0', now: Date.now})
    await issuer.close()
    const setup = waiting.setupApp({
      issuer: 'https://countersign.example',
      apiUrl: 'https://api.github.com',
      log: quiet,
    })
    return [...printRoutes(createApp(issuer.serving)), ...printRoutes(setup)]
  } finally {
    rmSync(folder, {recursive: true, force: true})
  }
}

/** A router with nothing behind it: it answers which of the routes takes a request. */
function routerOver(routes: readonly string[]): (documented: string) => Promise<string | undefined> {
  const app = new Hono()
  for (const route of routes) {
    const [method = '', path = ''] = route.split(' ')
    app.on(method, path, (c) => c.text(route))
  }
  return async (documented) => {
    const [method = '', path = ''] = documented.replace(/\{\w+\}/g, 'something').split(' ')
    const answer = await app.request(path, {method})
    return answer.status === 200 ? await answer.text() : undefined
  }
}

describe('the issuer', () => {
  test('has these routes and no other', async () => {
    const registered = await listRoutes()
    const documented = namesIn(tablesIn('Routes')[0])
    const routeFor = routerOver(registered)
    const answering = await Promise.all(documented.map(routeFor))
    expect(documented.filter((_, i) => answering[i] === undefined)).toEqual([])
    expect(registered.filter((route) => !answering.includes(route))).toEqual([])
    // What a route leaves open is open on the page too: a fixed word there would be a route of its own.
    const closed = documented.filter((route, i) => {
      const parts = route.split('/')
      return answering[i]?.split('/').some((part, at) => part.startsWith(':') && parts[at]?.includes('{') !== true)
    })
    expect(closed).toEqual([])
  })

  const [variables = [], onAws = []] = tablesIn('Variables')

  test('reads these variables as one process', async () => {
    const {env, names} = recording()
    ;(await readConfiguration()).readConfig(env)
    expect([...namesIn(variables)].sort()).toEqual(names())
  })

  test('takes these defaults', async () => {
    const {config} = (await readConfiguration()).readConfig(access).value
    const defaults = new Map(variables.map(([name = '', value = '']) => [codesIn(name)[0], codesIn(value)[0]]))
    expect(defaults.get('COUNTERSIGN_HOST')).toBe(config.host)
    expect(defaults.get('COUNTERSIGN_PORT')).toBe(String(config.port))
    expect(defaults.get('COUNTERSIGN_STORE')).toBe(`sqlite:${config.databasePath}`)
    expect(defaults.get('COUNTERSIGN_LOG')).toBe(config.logLevel)
    expect(defaults.get('COUNTERSIGN_OIDC_ISSUER')).toBe(config.oidcIssuer)
    expect(defaults.get('COUNTERSIGN_GITHUB_API_URL')).toBe(config.github.apiUrl)
  })

  test('has these variables set on AWS, and reads each of them', () => {
    const template = parse(readFileSync(join(root, 'infra', 'template.yaml'), 'utf8'), {logLevel: 'error'}) as Template
    const functions = Object.values(template.Resources).map(({Properties}) => Properties?.Environment)
    const set = [template.Globals.Function.Environment, ...functions].flatMap((one) =>
      Object.keys(one?.Variables ?? {}),
    )
    // Node's own.
    const ours = new Set(set.filter((name) => name !== 'NODE_OPTIONS'))
    expect([...namesIn(onAws)].sort()).toEqual([...ours].sort())
    const sources = issuerSources.map((file) => readFileSync(file, 'utf8')).join('\n')
    const known = namesIn(variables)
    const unread = [...ours].filter((name) => !known.includes(name) && !isNamedIn(sources, name))
    expect(unread).toEqual([])
  })

  test('has these commands', () => {
    const {scripts} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
      readonly scripts: Readonly<Record<string, string>>
    }
    const [, file = ''] = scripts['countersign-issuer']?.split(' ') ?? []
    const help = execFileSync(process.execPath, [join(root, file), '--help'], {encoding: 'utf8'})
    const commands = help.split('\n').flatMap((line) => /^ {2}(countersign-issuer .*)$/.exec(line)?.[1] ?? [])
    expect((blocksOf(section("Operator's commands"), '')[0] ?? '').trim().split('\n')).toEqual(commands)
  })
})

interface Environment {
  readonly Environment?: {readonly Variables?: object}
}
interface Template {
  readonly Globals: {readonly Function: Environment}
  readonly Resources: Readonly<Record<string, {readonly Properties?: Environment}>>
}

/** The private functions are named by what they are for: `RECEIPTS_FUNCTION`. */
function isNamedIn(sources: string, name: string): boolean {
  const [, target] = /^([A-Z]+)_FUNCTION$/.exec(name) ?? []
  return target === undefined
    ? new RegExp(`'${name}'|\\{${name}\\b`).test(sources)
    : sources.includes(`target: '${target.toLowerCase()}'`)
}
