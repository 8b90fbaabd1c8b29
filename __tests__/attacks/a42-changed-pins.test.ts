/**
 * A42: the pin or a limit is changed through a variable of the repository, a secret or an input of a dispatch. A gate
 * cannot see where its inputs came from, so what stops this is that everything to copy has literals, and says why.
 */
import {readFileSync, readdirSync} from 'node:fs'
import {join} from 'node:path'
import {afterAll, beforeAll, describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {ask} from '../acceptance/answers.ts'
import {signedFor} from '../acceptance/receipts.ts'
import {Stage} from '../acceptance/stage.ts'
import {makeKey} from '../protocol/builders.ts'
import {expectAllowed, expectStopped} from './judge.ts'

let stage: Stage
beforeAll(async () => {
  stage = await Stage.open()
})
afterAll(async () => {
  await stage.close()
  expect(stage.world.violations).toEqual([])
})

const root = join(import.meta.dirname, '..', '..')
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const pages = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'action.yml',
  ...readdirSync(join(root, 'docs'), {recursive: true, encoding: 'utf8'})
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path)),
]

const indirect = /\$\{\{\s*(?:vars|secrets|inputs|env|github\.event\.inputs|matrix|needs|steps\.[\w-]+\.outputs)\b/

/** The steps that run the gate in a piece of YAML, wherever they stand in it. */
function gateSteps(text: string): readonly Readonly<Record<string, unknown>>[] {
  const found: Record<string, unknown>[] = []
  const walk = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    const step = value as Record<string, unknown>
    if (typeof step['uses'] === 'string' && /\/countersign@/.test(step['uses'])) found.push(step)
    for (const inner of Object.values(value)) walk(inner)
  }
  walk(parse(text))
  return found
}

/** Every input a text of its own, with nothing that somebody with write access could change. */
function expectLiteral(step: Readonly<Record<string, unknown>>): void {
  expect(step['uses']).toMatch(/@[0-9a-f]{40}$/)
  const inputs = step['with'] as Readonly<Record<string, unknown>>
  expect(Object.keys(inputs)).toEqual(expect.arrayContaining(['environment', 'public-key']))
  for (const value of Object.values(inputs)) expect(String(value)).not.toContain('${{')
  expect(String(inputs['public-key']).trim()).toMatch(/^pp_pk_[0-9a-f]{64}$/)
}

test.each(pages)('%s takes nothing of a gate from where somebody with write access can change it', (page) => {
  for (const line of read(page).split('\n')) {
    if (
      /^\s*(?:- )?(?:public-key|environment|min-approvals|require-proof|refuse-flags|max-ttl|issuer-url):/.test(line)
    ) {
      expect(line).not.toMatch(indirect)
    }
  }
})

test('the workflow of the README has literals, and the words beside it say why', () => {
  const blocks = [...read('README.md').matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text ?? '')
  const steps = blocks.flatMap(gateSteps)
  expect(steps).not.toEqual([])
  for (const step of steps) expectLiteral(step)
  expect(read('README.md').replaceAll('\n', ' ')).toContain(
    'as literals: anyone with write access can change repository variables',
  )
})

test('the step to copy from the issuer’s own page has its key as a literal', async () => {
  const {body} = await ask(stage, '/')
  const [, shown = ''] = /<pre id="step">([\s\S]*?)<\/pre>/.exec(body) ?? []
  const signs: Readonly<Record<string, string>> = {'&#39;': "'", '&quot;': '"', '&lt;': '<', '&gt;': '>', '&amp;': '&'}
  const text = shown.replaceAll(/&(?:#39|quot|lt|gt|amp);/g, (sign) => signs[sign] ?? sign)
  const inputs = gateSteps(text)[0]?.['with'] as Readonly<Record<string, string>> | undefined
  expect(inputs?.['public-key']?.trim()).toBe(stage.issuer.pin)
  expect(text).not.toContain('${{')
})

/** What a job gets where a variable is not set, was taken away, or holds more than one thing. */
describe('a pin that came by a variable after all', () => {
  const stranger = makeKey()

  test.each(['', ' ', '\n', '${{ vars.COUNTERSIGN_KEY }}', 'null', '***'])(
    '%j, is none: the job is stopped',
    async (pin) => {
      expectStopped(await stage.gate({with: {'public-key': pin}, checkout: 'nothing'}), 'input_invalid')
    },
  )

  test('and was changed: the stranger’s receipt is let out, which is why there must be a literal', async () => {
    const receipt = signedFor(stage, {}, stranger)
    expectStopped(await stage.gate({with: {receipt}}), 'key_not_pinned')
    expectAllowed(await stage.gate({with: {receipt, 'public-key': stranger.pin}}), stage.head)
  })

  test.each([
    ['min-approvals', '0'],
    ['min-approvals', ''],
    ['require-proof', 'none'],
    ['refuse-flags', 'nothing'],
    ['max-ttl', '0'],
    ['max-ttl', ''],
    ['environment', '${{ inputs.environment }}'],
  ])('a limit %s of %j is none', async (name, value) => {
    expectStopped(await stage.gate({with: {[name]: value}, checkout: 'nothing'}), 'input_invalid')
  })
})
