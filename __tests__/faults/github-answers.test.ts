/** GitHub fails at each step of a statement, in each way: it is tried again, and comes to exactly one outcome. */
import {afterAll, beforeAll, describe as group, expect, test} from '@jest/globals'
import type {Fault} from '../../sandbox/faults.ts'
import {Stage, until} from '../acceptance/stage.ts'
import {
  type Place as Pulled,
  addRepository,
  audit,
  authorize,
  propose,
  readClaims,
  repliesTo,
  settled,
} from './statements.ts'

const kinds: Readonly<Record<string, Omit<Fault, 'match' | 'times'>>> = {
  '401': {status: 401},
  '403': {status: 403},
  'too fast': {rateLimit: 'secondary'},
  '500': {status: 500},
  'a page of HTML': {html: true},
  'cut off': {cut: true},
  slow: {delayMs: 300},
}

/** The questions and writings of a statement, as paths below its repository; `sha` and `number` are its own. */
const steps: Readonly<Record<string, (place: Pulled) => string>> = {
  'reading the comment': () => '^GET @/issues/comments/',
  'reading the permission': () => '^GET @/collaborators/',
  'reading the repository': () => '^GET @$',
  'reading the pull request': ({pullRequest}) => `^GET @/pulls/${pullRequest}$`,
  'reading the commit': ({head}) => `^GET @/git/commits/${head}`,
  'reading the default branch': () => '^GET @/branches/main',
  'reading its tree': () => '^GET @/git/trees/',
  'reading who pushed': () => '^GET @/activity',
  comparing: () => '^GET @/compare/',
  'listing check runs': () => '^GET @/commits/.*/check-runs',
  'writing the check run': () => '^POST @/check-runs',
  'listing comments': ({pullRequest}) => `^GET @/issues/${pullRequest}/comments`,
  'writing the reply': ({pullRequest}) => `^POST @/issues/${pullRequest}/comments`,
  reacting: () => '^POST @/issues/comments/.*/reactions',
}

let stage: Stage

interface Place extends Pulled {
  readonly step: string
  readonly pattern: string
}

/** A repository of its own for each step, so that a fault at one meets no other's statement. */
async function openPlace(step: string, index: number): Promise<Place> {
  const repository = `octo-org/service-${index}`
  await addRepository(stage, repository)
  return describe(step, await propose(stage, repository, 'feature'))
}

const describe = (step: string, place: Pulled): Place => ({
  ...place,
  step,
  pattern: (steps[step]?.(place) ?? '').replace('@', `/repos/${place.repository}`),
})

/** A commit that nobody authorized before, and an issuer that kept nothing of what it read for the panel. */
async function moveOn(places: readonly Place[]): Promise<readonly Place[]> {
  const {world, issuer} = stage
  const moved = await Promise.all(
    places.map(async ({step, ...place}) => {
      const {repository} = place
      const more = {branch: 'feature', pusher: 'hubot', files: {'more.txt': place.head}}
      return describe(step, {...place, head: await world.push({repository, ...more})})
    }),
  )
  const isShown = ({head}: Place): boolean => [...world.comments.values()].some(({body}) => body.includes(head))
  await until(() => (moved.every(isShown) ? true : undefined), 'a panel of each')
  await issuer.stop()
  await issuer.restart()
  return moved
}

/** A fault that was never met would prove nothing, so it must have been used up. */
const isMet = ({pattern}: Place): boolean =>
  stage.world.faults.take(pattern.replaceAll(/[\^$]|\.\*/g, '')) === undefined

/** At every step the same failure, each in its own repository. */
async function failEverywhere(places: readonly Place[], fault: Omit<Fault, 'match' | 'times'>): Promise<void> {
  for (const {pattern} of places) stage.world.addFault({...fault, match: pattern, times: 1})
  const statements = places.map((place) => authorize(stage, place))
  await settled(stage, statements)
  expect(await audit(stage, statements)).toEqual([])
  expect(places.filter((place) => !isMet(place)).map(({step}) => step)).toEqual([])
}

let places: readonly Place[]
const home = () => ({repository: 'octo-org/api-service', pullRequest: stage.pullRequest, head: stage.head})

/** What an installation may ask in an hour does not last for all of it: each group has a GitHub of its own. */
function onItsOwnGitHub(): void {
  beforeAll(async () => {
    stage = await Stage.open()
    // A hundred statements a minute are written about here, four times what GitHub lets an App write.
    stage.world.liftSecondaryLimits()
    places = await Promise.all(Object.keys(steps).map(openPlace))
  }, 300_000)
  afterAll(() => stage.close())
}

group.each([[['401', '403', '500']], [['too fast', 'a page of HTML', 'cut off', 'slow']]])('of %j', (names) => {
  onItsOwnGitHub()
  test.each(names)(
    '%s, once at each step: it is tried again and comes to its one outcome',
    async (kind) => {
      places = await moveOn(places)
      await failEverywhere(places, kinds[kind] ?? {})
    },
    300_000,
  )
})

group('besides', () => {
  onItsOwnGitHub()

  test('what GitHub once did not find never makes more than one outcome, and never two answers', async () => {
    const {world} = stage
    for (const {pattern} of places) world.addFault({match: pattern, times: 1, status: 404})
    const statements = places.map((place) => authorize(stage, place))
    await settled(stage, statements)
    for (const {comment, decision} of (await readClaims(stage)).filter((claim) => statements.includes(claim.comment))) {
      expect([comment, repliesTo(stage, decision)]).not.toEqual([comment, 2])
      const receipt = decision.replace('dec_', 'rcpt_dg_')
      expect(world.checkRuns.filter(({externalId}) => externalId === receipt).length).toBeLessThanOrEqual(1)
    }
    world.clearFaults()
  }, 300_000)

  test('an outage at the door passes: the token, the App, its installations, its account, the query for edits', async () => {
    await stage.issuer.stop()
    await stage.issuer.restart()
    const doors = ['^POST .*/access_tokens', '^GET /app$', '^GET /app/installations', '^GET /users/', '^POST /graphql']
    for (const match of doors) stage.world.addFault({match, times: 1, status: 500})
    const comment = authorize(stage, home())
    await settled(stage, [comment])
    expect(await audit(stage, [comment])).toEqual([])
  }, 300_000)

  test('an answer that does not come in ten seconds is not waited for', async () => {
    stage.world.addFault({match: '^GET /repos/octo-org/api-service/pulls/', times: 1, delayMs: 11_000})
    const comment = authorize(stage, home())
    await settled(stage, [comment])
    expect(stage.issuer.output).toContain('GitHub did not answer in time')
    expect(await audit(stage, [comment])).toEqual([])
  }, 300_000)
})
