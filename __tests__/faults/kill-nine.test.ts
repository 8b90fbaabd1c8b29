/**
 * The issuer is killed at random moments while many statements arrive; each comes to exactly one outcome. Sixty of them
 * and six kills in every run, two hundred and twelve by `npm run test:long`.
 */
import {createHash} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {afterAll, beforeAll, expect, test} from '@jest/globals'
import {checkedEntries} from '../acceptance/ledger.ts'
import {Stage, until} from '../acceptance/stage.ts'
import {sizeOf} from '../run/sizes.ts'
import {
  type Place,
  addRepository,
  audit,
  authorize,
  countWaiting,
  letTimePass,
  propose,
  readClaims,
  settled,
} from './statements.ts'

const [repositories, branches, statementsEach, kills] = [sizeOf(5, 10), 2, sizeOf(6, 10), sizeOf(6, 12)]
const count = repositories * branches * statementsEach
const seed = 20_261_122

let stage: Stage
let places: readonly Place[]
beforeAll(async () => {
  stage = await Stage.open()
  // More is said in a minute than GitHub lets an App answer.
  stage.world.liftSecondaryLimits()
  places = (await Promise.all(Array.from({length: repositories}, (_, i) => addPlaces(`octo-org/service-${i}`)))).flat()
  // The kills are to meet statements, not the panels of these pull requests.
  await until(() => (countWaiting(stage) === 0 ? true : undefined), 'an empty inbox', 90)
}, 120_000)
afterAll(() => stage.close())

async function addPlaces(repository: string): Promise<readonly Place[]> {
  await addRepository(stage, repository)
  const made: Place[] = []
  for (let i = 0; i < branches; i++) made.push(await propose(stage, repository, `feature-${i}`))
  return made
}

/** Numbers from 0 to 1, the same in every run. */
function randomNumbers(name: string): () => number {
  let drawn = 0
  return () => createHash('sha256').update(`${seed} ${name} ${drawn++}`).digest().readUInt32BE() / 2 ** 32
}

/** GitHub does not deliver again by itself: what met a dead issuer is asked for again, as its operator would. */
async function redeliverFailed(): Promise<void> {
  const {world} = stage
  await world.settled()
  const taken = new Set(world.hooks.deliveries.filter(({statusCode}) => statusCode === 202).map(({guid}) => guid))
  const failed = new Map(world.hooks.deliveries.filter(({guid}) => !taken.has(guid)).map(({guid, id}) => [guid, id]))
  for (const id of failed.values()) world.redeliver({id})
  await world.settled()
}

async function commentAll(random: () => number): Promise<readonly number[]> {
  const statements: number[] = []
  for (let i = 0; i < count; i++) {
    const place = places[i % places.length]
    if (place !== undefined) statements.push(authorize(stage, place, random() < 0.5 ? 'production' : 'staging'))
    await sleep(random() * sizeOf(240, 120))
  }
  return statements
}

/** On a fast machine random moments might all fall between two statements. */
async function untilInHand(): Promise<void> {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    if ((await readClaims(stage)).some(({published}) => !published)) return
    await sleep(2)
  }
}

/** Kills and starts it again; leases of the dead are a minute old by then, else each kill would cost one. */
async function killAgainAndAgain(random: () => number): Promise<number> {
  let unfinished = 0
  for (let i = 0; i < kills; i++) {
    await sleep(200 + random() * 1300)
    if (i % 2 === 1) await untilInHand()
    await stage.issuer.kill()
    unfinished += (await readClaims(stage)).filter(({published}) => !published).length
    await letTimePass(stage, 60_000)
    await stage.issuer.restart()
    await redeliverFailed()
  }
  return unfinished
}

test(`of ${count} statements under ${kills} kills none is lost and none is answered twice`, async () => {
  const [statements, unfinished] = await Promise.all([
    commentAll(randomNumbers('comments')),
    killAgainAndAgain(randomNumbers('kills')),
  ])
  // Kills that met nothing in hand would prove nothing.
  expect(unfinished).toBeGreaterThan(0)
  await redeliverFailed()
  await settled(stage, statements, 480)
  expect(await stage.issuer.stop()).toBe(0)
  expect(await audit(stage, statements)).toEqual([])
  expect(await checkedEntries(stage)).toHaveLength(1 + count)
  await stage.issuer.restart()
}, 600_000)
