/** How a job of the gate may end, looked at whole: exit code, outputs, annotation and summary must agree. */
import {expect} from '@jest/globals'
import type {RefusalCode} from '#protocol'
import type {StepResult} from '../../sandbox/runner.ts'

const after = ({exitCode, outputs}: StepResult) => ({
  exitCode,
  authorized: outputs['authorized'],
  code: outputs['reason-code'],
})

/** One annotation, no output that a later step could deploy, and the same code everywhere. Gives its words. */
export function expectRefused(step: StepResult, code: RefusalCode): string {
  expect(after(step)).toEqual({exitCode: 1, authorized: 'false', code})
  expect([step.outputs['sha'], step.outputs['receipt'], step.outputs['receipt-id']]).toEqual(['', '', ''])
  const errors = step.annotations.filter(({level}) => level === 'error')
  expect(errors.map(({properties}) => properties['title'])).toEqual([`Deployment refused: ${code}`])
  expect(step.summary).toContain('## ⛔ Refused')
  expect(step.summary).toContain(`<code>${code.replaceAll('_', '&#95;')}</code>`)
  expect(step.stderr).toBe('')
  return errors[0]?.message ?? ''
}

export function expectAllowed(step: StepResult, sha: string): void {
  expect(after(step)).toEqual({exitCode: 0, authorized: 'true', code: ''})
  expect(step.outputs['sha']).toBe(sha)
  expect(step.annotations.filter(({level}) => level === 'error')).toEqual([])
  expect(step.summary).toContain('## ✅ Authorized')
  expect(step.stderr).toBe('')
}
