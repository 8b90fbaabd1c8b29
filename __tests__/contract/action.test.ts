/** action.yml on one side, what the gate reads and writes on the other: neither may know a name that the other does not. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {inputNames, jobStatusInput, readInputs} from '../../src/action/inputs.ts'
import {outputNames} from '../../src/action/report.ts'
import {makeKey} from '../protocol/builders.ts'

interface Manifest {
  readonly inputs: Readonly<
    Record<string, {readonly description: string; readonly required?: boolean; readonly default?: unknown}>
  >
  readonly outputs: Readonly<Record<string, {readonly description: string}>>
  readonly runs: unknown
  readonly branding: {readonly icon: string; readonly color: string}
}

const root = join(import.meta.dirname, '..', '..')
const manifest = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Manifest

describe('action.yml', () => {
  test('declares exactly the inputs that the gate and its post step read', () => {
    expect(Object.keys(manifest.inputs).sort()).toEqual([...inputNames, jobStatusInput].sort())
  })

  test('declares exactly the outputs that the gate writes', () => {
    expect(Object.keys(manifest.outputs).sort()).toEqual([...outputNames].sort())
  })

  test('gives defaults that the gate takes, as texts, and requires what has none', () => {
    for (const {required, default: value, description} of Object.values(manifest.inputs)) {
      expect(description).not.toBe('')
      if (required === true) expect(value).toBeUndefined()
      else expect(typeof value).toBe('string')
    }
    const given: Record<string, string> = {environment: 'production', 'public-key': makeKey().pin}
    expect(readInputs((name) => given[name] ?? String(manifest.inputs[name]?.default))).toMatchObject({
      ok: true,
      value: {
        checkout: 'verify',
        maxTtl: 86_400_000,
        limits: {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self', 'emergency']},
      },
    })
  })

  test('runs the built gate on Node 24, and its post step whatever became of the job', () => {
    expect(manifest.runs).toEqual({using: 'node24', main: 'dist/index.js', post: 'dist/post.js', 'post-if': 'always()'})
    expect(manifest.branding).toEqual({icon: 'shield', color: 'blue'})
  })
})
