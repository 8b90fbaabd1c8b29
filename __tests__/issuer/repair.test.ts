/** Repair: what was left unpublished is sent, and what cannot be sent for a day is left. */
import {expect, test} from '@jest/globals'
import {parseDecisionId, parseRepositoryId} from '#protocol'
import {oneAtATime} from '../../issuer/publish/one-at-a-time.ts'
import {repair} from '../../issuer/inbox/repair.ts'
import type {Unpublished} from '../../issuer/model/idempotency.ts'

const day = 24 * 3_600_000
const now = Date.parse('2026-04-02T12:00:00Z')

function unpublished(commentId: number, completedAt: number): Unpublished {
  const repositoryId = parseRepositoryId(1296269)
  const decision = parseDecisionId(`dec_${String(commentId).padStart(26, '0')}`)
  if (repositoryId === undefined || decision === undefined) throw new Error('a builder made no id')
  const publication = {repository: {id: 1, name: 'octo-org/api-service'}, pullRequest: 0, commentId}
  const key = {repositoryId, subject: `comment/${commentId}`}
  return {key, decision, outcome: {kind: 'answered', publication}, completedAt}
}

/** Publishing of the comments in `failing` fails; `asked` is what the outbox was asked for. */
function makeTools(waiting: readonly Unpublished[], failing: readonly number[]) {
  const [sent, marked, asked]: [number[], number[], number[]] = [[], [], []]
  const silent = () => undefined
  const tools = {
    now: () => now,
    newestCheckpoint: () => Promise.resolve(undefined),
    log: {info: silent, warn: silent, error: silent},
    panels: {refresh: () => Promise.resolve('done' as const)},
    // Of panels' dates panel/dates.test.ts tells.
    panelNotes: {
      keep: () => Promise.resolve('kept' as const),
      due: () => Promise.resolve([]),
      awaiting: () => Promise.resolve([]),
    },
    inbox: {put: () => Promise.resolve('new' as const)},
    outbox: {
      unpublished: (before: number) => Promise.resolve(asked.push(before) > 0 ? waiting : []),
      markPublished: ({subject}: {subject: string}) =>
        Promise.resolve(void marked.push(Number(subject.slice('comment/'.length)))),
    },
    publisher: {
      publish: ({commentId = 0}: {commentId?: number | undefined}) =>
        failing.includes(commentId)
          ? Promise.reject(new Error('GitHub is away'))
          : Promise.resolve(void sent.push(commentId)),
    },
  }
  return {tools, sent, marked, asked}
}

test('one that fails holds up no other and stays for the next time', async () => {
  const {tools, sent, marked, asked} = makeTools([unpublished(1, now - 90_000), unpublished(2, now - 90_000)], [1])
  await repair(now, tools)
  expect({sent, marked}).toEqual({sent: [2], marked: [2]})
  expect(asked).toEqual([now - 60_000]) // What is younger is still in the hands of whoever completed it.
})

test('what could not be sent for a day is given up, a moment before it is not', async () => {
  const {tools, marked} = makeTools([unpublished(1, now - day), unpublished(2, now - day + 1)], [1, 2])
  await repair(now, tools)
  expect(marked).toEqual([1])
})

test('two who publish the same at once send it once, and later it can be sent again', async () => {
  let sent = 0
  const publisher = oneAtATime({
    publish: async () => {
      sent += 1
      await new Promise(setImmediate)
    },
  })
  const publication = {repository: {id: 1, name: 'octo-org/api-service'}, pullRequest: 1, commentId: 1}
  const both = [publisher.publish(publication, 'dec_1'), publisher.publish(publication, 'dec_1')]
  await Promise.all(both)
  expect(sent).toBe(1)
  await publisher.publish(publication, 'dec_1')
  expect(sent).toBe(2)
})
