/** What set-up asks of GitHub, and what it keeps: the manifest, the App's file and the token's. */
import {chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll, afterEach, beforeAll, beforeEach, describe, expect, test} from '@jest/globals'
import {parseOrigin} from '#protocol'
import {readConfig} from '../../../issuer/home/config.ts'
import {Secret} from '../../../issuer/keys/secret.ts'
import {openTokenFile} from '../../../issuer/setup/session.ts'
import {addKeptApp, keepApp, parseKeptApp, printKeptApp} from '../../../issuer/home/kept-app.ts'
import {permissions, renderManifest} from '../../../issuer/setup/manifest.ts'
import {type Sandbox, startSandbox} from '../../../sandbox/start.ts'
import {must} from '../builders.ts'

let github: Sandbox
let privateKey: Secret
beforeAll(async () => {
  github = await startSandbox()
  privateKey = new Secret((await github.world.describeApp()).privateKey)
})
afterAll(async () => github.close())

let folder: string
let database: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'countersign-kept-'))
  database = join(folder, 'countersign.db')
})
afterEach(() => rmSync(folder, {recursive: true, force: true}))

const app = () => ({appId: 12345, privateKey, webhookSecret: new Secret('ab'.repeat(20))})
const envOf = () => ({COUNTERSIGN_STORE: `sqlite:${database}`})

describe('the manifest', () => {
  test('asks for no more than the App with which every other test of the issuer works', () => {
    const asked = Object.fromEntries(Object.entries(permissions).map(([name, {level}]) => [name, level]))
    expect(asked).toEqual(github.world.app.permissions)
    const {default_permissions, default_events} = JSON.parse(renderManifest(origin, undefined)) as Manifest
    expect([default_permissions, default_events.toSorted()]).toEqual([asked, github.world.app.events.toSorted()])
  })

  test('bears a name that GitHub takes, however long the host or the organization', () => {
    const long = must(parseOrigin(`https://${'a'.repeat(60)}.example`))
    for (const text of [renderManifest(long, undefined), renderManifest(origin, 'o'.repeat(39))]) {
      const {name} = JSON.parse(text) as Manifest
      expect(name.length).toBe(34)
    }
  })
})

describe('the App', () => {
  test('is kept once: the second comes too late, and the first is what a start finds', () => {
    expect(keepApp(database, app())).toBe('kept')
    expect(keepApp(database, {...app(), appId: 6})).toBe('taken')
    const found = addKeptApp(envOf())
    const read = found.ok ? readConfig(found.value.env) : found
    expect(read).toMatchObject({ok: true, value: {config: {github: {access: {kind: 'app', appId: 12345}}}}})
  })

  test('gives way to variables, even to half an App', () => {
    keepApp(database, app())
    const half = {...envOf(), COUNTERSIGN_GITHUB_APP_ID: '1'}
    expect(addKeptApp(half)).toEqual({ok: true, value: {env: half}})
  })

  test('that others may read is warned of', () => {
    keepApp(database, app())
    chmodSync(join(folder, 'github-app.json'), 0o644)
    expect(addKeptApp(envOf())).toMatchObject({ok: true, value: {warning: expect.stringContaining('chmod 600')}})
  })

  const damaged: Readonly<Record<string, (text: string) => string>> = {
    nothing: () => '',
    half: (text) => text.slice(0, 200),
    'another document': () => '{"type":"countersign.receipt/v1"}',
    'a path for a key': (text) => text.replace(/"-----BEGIN[^"]*"/, '"/etc/passwd"'),
    'no secret': (text) => text.replace('ab'.repeat(20), ''),
    'an id as text': (text) => text.replace('12345', '"12345"'),
  }
  test.each(Object.entries(damaged))('that is %s stops the start, and its content is not repeated', (_, damage) => {
    const text = printKeptApp(app())
    expect(parseKeptApp(text)).toBeDefined()
    writeFileSync(join(folder, 'github-app.json'), damage(text), {mode: 0o600})
    const found = addKeptApp(envOf())
    expect(found).toMatchObject({ok: false, fault: [expect.stringContaining('github-app.json is damaged')]})
    expect(JSON.stringify(found)).not.toMatch(/PRIVATE KEY|abab|passwd/)
  })
})

describe('the token', () => {
  test('is made once, for its owner alone, of 256 random bits', () => {
    const one = openTokenFile(database)
    const again = openTokenFile(database)
    if (!one.ok || !again.ok) throw new Error('there is a token')
    expect(one.value.token.reveal()).toMatch(/^[0-9a-f]{64}$/)
    expect(again.value.token.reveal()).toBe(one.value.token.reveal())
    expect(readFileSync(one.value.path, 'utf8')).toBe(`${one.value.token.reveal()}\n`)
  })

  test.each(['', 'password\n', `${'a'.repeat(40)} \n b`])('%j is none', (text) => {
    writeFileSync(join(folder, 'set-up-token'), text, {mode: 0o600})
    expect(openTokenFile(database)).toMatchObject({ok: false, fault: [expect.stringContaining('delete it')]})
  })
})

interface Manifest {
  readonly name: string
  readonly default_permissions: object
  readonly default_events: readonly string[]
}

const origin = must(parseOrigin('https://countersign.example'))
