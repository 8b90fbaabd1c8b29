/** Which webhooks are about panels, and what of them is taken: the payload's shape must be the event's. */
import {describe, expect, test} from '@jest/globals'
import {narrowPayload} from '../../../issuer/inbox/narrow.ts'
import {head, repositoryId, repositoryName} from '../builders.ts'

const owner = {id: 9919, login: 'octo-org'}
const frame = {
  repository: {id: repositoryId, full_name: repositoryName, private: false, owner},
  installation: {id: 7},
  sender: {id: 2, login: 'hubot'},
}
const narrow = (event: string, payload: object) => narrowPayload(event, {...frame, ...payload})?.notice

describe('a pull request', () => {
  const pull = (action: string, more: object = {}) =>
    narrow('pull_request', {action, pull_request: {number: 42, head: {ref: 'feature'}}, ...more})
  const base = {base: {ref: {from: 'topic'}, sha: {from: head}}}

  test.each(['opened', 'reopened', 'synchronize', 'ready_for_review', 'converted_to_draft'])('that is %s', (action) => {
    expect(pull(action)).toMatchObject({
      kind: 'proposed',
      pull: {repository: {id: repositoryId, name: repositoryName}, installation: 7, pullRequest: 42},
    })
  })

  test('whose base is edited, but not one whose title or description is', () => {
    expect(pull('edited', {changes: base})?.kind).toBe('proposed')
    expect(pull('edited', {changes: {...base, title: {from: 'Faster'}}})?.kind).toBe('proposed')
    expect(pull('edited', {changes: {title: {from: 'Faster'}, body: {from: ''}}})).toBeUndefined()
    for (const changes of [{body: {from: ''}}, {}, undefined, {base: 'main'}, {title: null}, 'base']) {
      expect(pull('edited', {changes})).toBeUndefined()
    }
  })

  test.each(['labeled', 'assigned', 'review_requested', 'locked', 'auto_merge_enabled', 'EDITED', ''])(
    'not one that is “%s”',
    (action) => {
      expect(pull(action, {changes: base})).toBeUndefined()
    },
  )
})

describe('a check run', () => {
  const run = {name: 'build', head_sha: head, status: 'completed', conclusion: 'failure'}
  const checked = (more: object = {}, action: unknown = 'completed') =>
    narrow('check_run', {action, check_run: {...run, ...more}})

  test('that came to its end: which check, on which commit; not how, which is read of GitHub', () => {
    expect(checked()).toEqual({
      kind: 'checked',
      checked: {
        repository: {id: repositoryId, name: repositoryName},
        installation: 7,
        commit: head,
        check: 'build',
      },
    })
  })

  test('not one of our own, which would ask for itself', () => {
    expect(checked({name: 'countersign / production'})).toBeUndefined()
    expect(checked({name: 'countersign'})?.kind).toBe('checked')
  })

  test('not one that is under way, nor one whose shape is another', () => {
    for (const action of ['created', 'rerequested', 'requested_action', undefined]) {
      expect(checked({}, action ?? null)).toBeUndefined()
    }
    for (const more of [
      {status: 'in_progress'},
      {status: undefined},
      {head_sha: head.slice(0, 7)},
      {head_sha: head.toUpperCase()},
      {name: 7},
      {name: undefined},
    ]) {
      expect(checked(more)).toBeUndefined()
    }
    expect(narrow('check_run', {action: 'completed', check_suite: run})).toBeUndefined()
    expect(narrow('check_suite', {action: 'completed', check_run: run})).toBeUndefined()
    expect(narrow('toString', {action: 'completed', check_run: run})).toBeUndefined()
  })

  test('of a repository whose id or name is none is nobody’s', () => {
    for (const repository of [{id: -1}, {id: '1296269'}, {full_name: 'api-service'}, {owner: {login: 'octo-org'}}]) {
      const whole = {...frame.repository, ...repository}
      expect(narrow('check_run', {action: 'completed', check_run: run, repository: whole})).toBeUndefined()
    }
  })
})

test.each([
  [true, repositoryId],
  [undefined, repositoryId],
  [false, undefined],
])('of a repository whose member private is %p hides %p', (isPrivate, hides) => {
  const repository = {...frame.repository, private: isPrivate}
  const found = narrow('pull_request', {
    action: 'opened',
    pull_request: {number: 42, head: {ref: 'feature'}},
    repository,
  })
  expect(found?.hides).toBe(hides)
})
