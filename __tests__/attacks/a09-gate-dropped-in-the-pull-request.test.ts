/**
 * A9: the workflow is edited in the pull request to drop the gate. A gate that does not run prints nothing, so there is
 * no run of it to test: what stops this is where the credentials are, and the documents must say so.
 */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {parse} from 'yaml'
import {action} from '../acceptance/stage.ts'

const read = (name: string): string => readFileSync(join(action, name), 'utf8')
const flat = (text: string): string => text.replaceAll(/\s+/g, ' ')

test('the documents say that whoever can change the workflow is not stopped by a step in it, and what to do', () => {
  const said = 'does not stop someone who can change that workflow on the protected branch'
  expect(flat(read('README.md'))).toContain(`A step in a workflow ${said}`)
  const security = flat(read('SECURITY.md'))
  expect(security).toContain(`A step in a workflow ${said}`)
  expect(security).toContain('Put the gate into the job that holds the credentials')
  expect(security).toContain('keep the credentials in environment secrets, and protect the default branch')
})

interface Workflow {
  readonly jobs: {readonly deploy: {readonly environment?: string; readonly steps: readonly Record<string, unknown>[]}}
}

test('the README’s workflow has the gate in the one job that holds the environment, with nothing of the repository before it', () => {
  const [, yaml = ''] = /```yaml\n(name: deploy[\s\S]*?)```/.exec(read('README.md')) ?? []
  const {jobs} = parse(yaml) as Workflow
  expect(Object.keys(jobs)).toEqual(['deploy'])
  expect(jobs.deploy.environment).toBe('production')
  const [checkout, gate, deploy, ...more] = jobs.deploy.steps
  expect(more).toEqual([])
  expect(checkout?.['uses']).toMatch(/^actions\/checkout@[0-9a-f]{40}$/)
  expect(gate).toMatchObject({id: 'gate', with: {environment: 'production'}})
  expect(deploy).toMatchObject({if: "steps.gate.outputs.authorized == 'true'", run: './deploy.sh'})
})
