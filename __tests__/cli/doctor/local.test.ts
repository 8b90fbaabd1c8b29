/** `countersign doctor --local`, spawned: exit codes, text, JSON and SARIF, and what could not be looked at. */
import {mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {afterAll, describe, expect, test} from '@jest/globals'
import {rules} from '../../../src/cli/doctor/rules.ts'
import {countersign, useBuiltCommand} from '../command.ts'
import {changed, clean, owners} from './workflows.ts'

useBuiltCommand()

const home = mkdtempSync(join(tmpdir(), 'countersign-doctor-'))
afterAll(() => rmSync(home, {recursive: true, force: true}))
let folders = 0

/** A checkout with these files besides a CODEOWNERS. */
function checkout(files: Readonly<Record<string, string>>): string {
  const folder = join(home, String((folders += 1)))
  for (const [path, text] of Object.entries({'.github/CODEOWNERS': owners, ...files})) {
    mkdirSync(dirname(join(folder, path)), {recursive: true})
    writeFileSync(join(folder, path), text)
  }
  return folder
}

const workflow = '.github/workflows/deploy.yml'
const weak = changed(
  ["      - if: steps.gate.outputs.authorized == 'true'\n", '      - if: always()\n'],
  ['      contents: read\n', '      contents: write\n'],
)
const doctor = (folder: string, ...more: readonly string[]) => countersign(['doctor', '--local', folder, ...more])

test('nothing found is 0', async () => {
  const {code, out, err} = await doctor(checkout({[workflow]: clean}))
  expect([code, err]).toEqual([0, ''])
  expect(out).toContain(': 0 high, 0 medium, 0 low.')
})

test('what is found is told with its place, what could happen and what to do, the worst first', async () => {
  const {code, out, err} = await doctor(checkout({[workflow]: weak}))
  expect([code, err]).toEqual([1, ''])
  const [high, medium] = [
    out.indexOf(`high   runs-after-refusal  ${workflow}:23:9`),
    out.indexOf('medium permissions-wide'),
  ]
  expect(high).toBe(0)
  expect(medium).toBeGreaterThan(high)
  expect(out).toContain(rules['runs-after-refusal'].risk)
  expect(out).toContain("&& steps.gate.outputs.authorized == 'true'")
  expect(out).toContain(': 1 high, 1 medium, 0 low.')
})

test('--fail-on says from which severity on it counts', async () => {
  const folder = checkout({[workflow]: changed(['      contents: read\n', '      contents: write\n'])})
  expect((await doctor(folder)).code).toBe(0)
  expect((await doctor(folder, '--fail-on', 'medium')).code).toBe(1)
  expect((await doctor(folder, '--fail-on', 'low')).code).toBe(1)
})

test('--json has all of it', async () => {
  const {code, out} = await doctor(checkout({[workflow]: weak}), '--json')
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({
    type: 'countersign.doctor/v1',
    complete: true,
    findings: [
      {id: 'runs-after-refusal', severity: 'high', file: workflow, line: 23, column: 9},
      {id: 'permissions-wide', severity: 'medium', fix: rules['permissions-wide'].fix},
    ],
    unknown: [],
    unseen: [],
  })
})

test('--sarif is SARIF 2.1.0 with every rule, and each result at its line', async () => {
  const {out} = await doctor(checkout({[workflow]: weak}), '--sarif')
  const log = JSON.parse(out) as {
    version: string
    runs: readonly {tool: {driver: {rules: readonly {id: string}[]}}; results: readonly Record<string, unknown>[]}[]
  }
  const [run] = log.runs
  expect(log.version).toBe('2.1.0')
  expect(run?.tool.driver.rules.map(({id}) => id)).toEqual(Object.keys(rules))
  expect(run?.results).toMatchObject([
    {
      ruleId: 'runs-after-refusal',
      ruleIndex: Object.keys(rules).indexOf('runs-after-refusal'),
      level: 'error',
      locations: [{physicalLocation: {artifactLocation: {uri: workflow}, region: {startLine: 23, startColumn: 9}}}],
    },
    {ruleId: 'permissions-wide', level: 'warning'},
  ])
})

describe('what could not be looked at ends with 2, and is said', () => {
  test('a workflow of 2 MiB, beside one that is looked at', async () => {
    const large = `${clean}# ${'x'.repeat(2 * 1024 * 1024)}\n`
    const folder = checkout({[workflow]: weak, '.github/workflows/large.yml': large})
    const {code, out, err} = await doctor(folder)
    expect(code).toBe(2)
    expect(out).toContain('runs-after-refusal')
    expect(err).toContain('not seen  .github/workflows/large.yml: ')
    const json = JSON.parse((await doctor(folder, '--json')).out) as object
    expect(json).toMatchObject({complete: false, unseen: [{what: '.github/workflows/large.yml'}]})
  })

  test('a folder without workflows', async () => {
    const {code, err} = await doctor(checkout({}))
    expect([code, err]).toEqual([2, expect.stringContaining('there is no such file')])
  })
})

test('what a workflow says begins no line, so that no runner takes it for a command', async () => {
  const evil = '::stop-commands::x'
  const workflows = [
    changed([
      "      - if: steps.gate.outputs.authorized == 'true'\n        run: ./deploy.sh\n",
      `      - run: "${evil} ./deploy.sh"\n      - uses: "${evil}@v1"\n      - if: "${evil} always()"\n        run: kubectl\n`,
    ]),
    changed(['  deploy:\n', `  "${evil}":\n`], ['    environment: production\n', `    environment: "${evil}"\n`]),
    changed(['jobs:\n', `"${evil}": [\njobs:\n`]),
  ]
  for (const one of workflows) {
    const {out} = await doctor(checkout({[workflow]: one}))
    expect(out).toContain(': ')
    expect(out).not.toMatch(/^\s*::/m)
  }
})

test('three hundred workflows are looked at', async () => {
  const many = Array.from({length: 300}, (_, i) => [`.github/workflows/n${i}.yml`, i === 7 ? weak : clean] as const)
  const {code, out} = await doctor(checkout(Object.fromEntries(many)), '--json')
  expect(code).toBe(1)
  const {findings} = JSON.parse(out) as {findings: readonly {file: string}[]}
  expect(new Set(findings.map(({file}) => file))).toEqual(new Set(['.github/workflows/n7.yml']))
})

test.each([
  ['nothing', [], 'Give one repository as OWNER/REPO'],
  ['both', ['octo-org/api-service', '--local', '.'], 'not both'],
  ['a ref of a checkout', ['--local', '.', '--ref', 'main'], 'not both'],
  ['two repositories', ['octo-org/a', 'octo-org/b'], 'Give one repository'],
  ['another severity', ['--local', '.', '--fail-on', 'critical'], '--fail-on: give one of high, medium, low'],
  ['two forms', ['--local', '.', '--json', '--sarif'], 'not both'],
])('a command line with %s is wrong', async (_, words, problem) => {
  const {code, out, err} = await countersign(['doctor', ...words])
  expect([code, out]).toEqual([2, ''])
  expect(err).toContain(problem)
})
