/** Which webhooks about comments and closes say something, and what of them is believed: the payload's shape must be the event's. */
import {describe, expect, test} from '@jest/globals'
import {digestOf} from '#protocol'
import {narrowPayload} from '../../issuer/inbox/narrow.ts'
import {head, repositoryId, repositoryName} from './builders.ts'

const owner = {id: 9919, login: 'octo-org'}
const monalisa = {id: 2, login: 'monalisa', type: 'User'}
const hubot = {id: 3, login: 'hubot', type: 'User'}
const frame = {
  repository: {id: repositoryId, full_name: repositoryName, owner, private: false, visibility: 'public'},
  installation: {id: 7},
}
const createdAt = '2026-04-02T14:30:00Z'
const updatedAt = '2026-04-02T14:30:01Z'

interface Comment {
  readonly body?: unknown
  readonly user?: object | null
  readonly created_at?: unknown
  readonly updated_at?: unknown
  readonly performed_via_github_app?: object | null
}

const payload = (comment: Comment, more: object = {}) => ({
  ...frame,
  action: 'created',
  issue: {number: 42, pull_request: {url: 'https://api.github.com/…'}},
  comment: {
    id: 99,
    node_id: 'IC_99',
    user: monalisa,
    body: '/deny production',
    created_at: createdAt,
    updated_at: createdAt,
    performed_via_github_app: null,
    ...comment,
  },
  sender: monalisa,
  ...more,
})

const created = (comment: Comment, more: object = {}) => narrowPayload('issue_comment', payload(comment, more))?.notice
const edited = (from: unknown, comment: Comment, sender: object = monalisa) =>
  created({updated_at: updatedAt, ...comment}, {action: 'edited', changes: {body: {from}}, sender})
const deleted = (comment: Comment, sender: object = monalisa) => created(comment, {action: 'deleted', sender})

const seconds = (text: string): number => Date.parse(text)

describe('a comment that was made', () => {
  test('is announced with its author, its time and its text', () => {
    expect(created({})).toMatchObject({
      kind: 'statement',
      statement: {
        repository: {id: repositoryId, name: repositoryName},
        installation: 7,
        pullRequest: 42,
        comment: {id: 99, nodeId: 'IC_99', authorId: 2, digest: digestOf('/deny production'), line: '/deny production'},
        announced: {login: 'monalisa', type: 'User', at: seconds(createdAt), isEdit: false, viaApp: false},
      },
      reading: {kind: 'command', command: {kind: 'deny', environment: 'production'}},
    })
  })

  test.each([`/authorize production ${head}`, '/deny production', '/revoke production'])(
    'with an `updated_at` a second later is no edit: %s',
    (body) => {
      const announced = {at: seconds(createdAt), isEdit: false}
      expect(created({body, updated_at: updatedAt})).toMatchObject({kind: 'statement', statement: {announced}})
    },
  )

  test('through an App says so', () => {
    expect(created({performed_via_github_app: {id: 1, slug: 'helper'}})).toMatchObject({
      statement: {announced: {viaApp: true}},
    })
  })

  test.each<[string, Comment, object]>([
    ['an ordinary one', {body: 'Looks good'}, {}],
    ['on an issue that is no pull request', {}, {issue: {number: 42}}],
    ['without an author', {user: null}, {}],
    ['whose time is none', {created_at: 'yesterday'}, {}],
    ['whose time has no seconds', {created_at: '2026-04-02T14:30Z'}, {}],
    ['whose text is none', {body: null}, {}],
    ['in a repository without an id', {}, {repository: {...frame.repository, id: '1'}}],
    ['of an action that GitHub has not', {}, {action: 'CREATED'}],
  ])('is nothing when it is %s', (_, comment, more) => {
    expect(created(comment, more)).toBeUndefined()
  })

  test('is looked for in an event of that name alone', () => {
    for (const event of ['issues', 'pull_request_review_comment', 'discussion_comment', 'commit_comment', 'toString']) {
      expect(narrowPayload(event, payload({}))).toBeUndefined()
    }
  })
})

describe('an edit', () => {
  test('by its own author into a withdrawal is one, said when it was edited', () => {
    for (const body of ['/deny production', '/revoke production late news']) {
      expect(edited('Looks good', {body})).toMatchObject({
        kind: 'statement',
        statement: {announced: {at: seconds(updatedAt), isEdit: true}},
        reading: {kind: 'command'},
      })
    }
  })

  test.each([
    [`/authorize production ${head}`, '/deny production'],
    ['/deny staging', '/deny production'],
    ['/deny production', '/revoke production'],
    ['/deny production', '/deny production with a reason'],
  ])('of `%s` into `%s` is another withdrawal', (from, body) => {
    expect(edited(from, {body})?.kind).toBe('statement')
  })

  test.each<[string, unknown, Comment & {sender?: object}]>([
    ['by somebody else', 'Looks good', {body: '/deny production', sender: hubot}],
    ['by somebody else, who may write', 'Looks good', {body: '/revoke production', sender: {...hubot, type: 'Bot'}}],
    ['below the first line', '/deny production\nfirst reason', {body: '/deny production\nsecond reason'}],
    ['that changes nothing', '/deny production', {body: '/deny production'}],
    ['that leaves the first line as it was', '/deny production\r\na', {body: '/deny production\na'}],
    ['into something that allows', 'Looks good', {body: `/authorize production ${head}`}],
    ['into a question', 'Looks good', {body: '/countersign status'}],
    ['into a near miss', 'Looks good', {body: '/deny'}],
    ['away from a withdrawal', '/deny production', {body: 'Never mind'}],
    ['that does not say what it was', undefined, {body: '/deny production'}],
    ['that says it in another form', {text: 'Looks good'}, {body: '/deny production'}],
    ['of a ghost’s comment', 'Looks good', {body: '/deny production', user: null}],
    ['whose time is none', 'Looks good', {body: '/deny production', updated_at: null}],
    ['without somebody who edits', 'Looks good', {body: '/deny production', sender: {}}],
  ])('%s is nothing', (_, from, {sender, ...comment}) => {
    expect(edited(from, comment, sender)).toBeUndefined()
  })

  test('of the title, which has no text before, is nothing', () => {
    const more = {action: 'edited', sender: monalisa, changes: {title: {from: 'x'}}}
    expect(created({body: '/deny production'}, more)).toBeUndefined()
  })
})

describe('a deletion', () => {
  test('says whose comment it was, what stood in it, and who took it away', () => {
    const body = 'whatever stands there now'
    expect(deleted({body}, hubot)).toMatchObject({
      kind: 'deleted',
      deletion: {
        repository: {id: repositoryId},
        pullRequest: 42,
        actor: {id: 3, login: 'hubot'},
        comment: {id: 99, authorId: 2, digest: digestOf(body), createdAt: seconds(createdAt)},
      },
    })
  })

  test('of a ghost’s comment, or by nobody, or on an issue, is nothing', () => {
    expect(deleted({user: null})).toBeUndefined()
    expect(deleted({}, {})).toBeUndefined()
    expect(created({}, {action: 'deleted', issue: {number: 42}})).toBeUndefined()
  })
})

describe('a pull request that ends', () => {
  const closed = (pull: object, more: object = {}) =>
    narrowPayload('pull_request', {
      ...frame,
      action: 'closed',
      sender: hubot,
      pull_request: {number: 42, merged: false, closed_at: updatedAt, ...pull},
      ...more,
    })?.notice

  test('unmerged is closed by whoever closed it, when it was closed', () => {
    expect(closed({})).toMatchObject({
      kind: 'closed',
      pull: {pullRequest: 42, actor: {id: 3, login: 'hubot'}, owner, at: seconds(updatedAt)},
    })
  })

  test('merged ends nothing', () => {
    expect(closed({merged: true})).toMatchObject({kind: 'merged', pull: {pullRequest: 42}})
  })

  test('and does not say that it was merged was closed: what forbids needs less than what allows', () => {
    for (const merged of [undefined, null, 'true', 1]) expect(closed({merged})?.kind).toBe('closed')
  })

  test('without a time or an actor is nothing', () => {
    expect(closed({closed_at: null})).toBeUndefined()
    expect(closed({}, {sender: null})).toBeUndefined()
  })
})
