/** A56: approvers are locked out by trailers, authors and signatures. What anybody can write costs one more person at most. */
import {afterAll, beforeAll, beforeEach, expect, test} from '@jest/globals'
import {Rides} from '../acceptance/rides.ts'
import {repository} from '../acceptance/stage.ts'

let rides: Rides
beforeAll(async () => {
  rides = await Rides.begin()
})
afterAll(() => rides.close())
beforeEach(() => rides.settle())

const people = ['octocat', 'monalisa', 'hubot']
const trailers = people.map((login) => `Co-authored-by: ${login} <${login}@users.noreply.github.com>`).join('\n')
const monalisa = {name: 'monalisa', email: 'monalisa@users.noreply.github.com'}

test('an agent names every approver as a co-author: two of them say so', async () => {
  const {head} = await rides.open({message: `Add\n\n${trailers}`})
  await rides.expectOneMore(head, 'octocat is named on a commit')
  expect(await rides.authorize(head, 'monalisa')).toContain('Authorized for production')
  expect(rides.receiptOf(head)).toMatchObject({logins: ['octocat', 'monalisa'], flags: ['escalated']})
})

test('a commit that is signed by the pusher’s own key and names somebody else as its author', async () => {
  const {head} = await rides.open({author: monalisa, signed: 'registered'})
  expect(await rides.authorize(head, 'monalisa')).toContain('1 more person is needed')
  expect(await rides.authorize(head)).toContain('Authorized for production')
  // The one without a hand in it is enough.
  expect(rides.receiptOf(head)).toMatchObject({logins: ['octocat'], flags: []})
})

test('a reviewer’s suggestion that the author commits', async () => {
  const {number} = await rides.open()
  const suggestion = {suggestedBy: 'octocat', files: {'suggested.txt': `${number}\n`}}
  const head = await rides.world.commitSuggestion({repository, pullRequest: number, by: 'hubot', ...suggestion})
  await rides.expectOneMore(head, 'octocat is named on a commit')
  expect(await rides.authorize(head, 'monalisa')).toContain('Authorized for production')
})

test('more names than are held against anybody: it is everybody’s, and two people say so', async () => {
  const names = Array.from({length: 101}, (_, i) => `Co-authored-by: somebody ${i} <${i}@example.com>`).join('\n')
  const {head} = await rides.open({message: `Add\n\n${names}`})
  await rides.expectOneMore(head, `more than 100 co-authors stand on ${head}`)
  expect(await rides.authorize(head, 'monalisa')).toContain('Authorized for production')
})
