/** Plays an acceptance scenario once more, the same file, with the issuer on AWS: one emulator for all stages of it. */
import {afterAll, beforeAll, jest, test} from '@jest/globals'
import {chooseHome} from '../../acceptance/home.ts'
import {CloudIssuer} from '../cloud-issuer.ts'
import {type Emulator, emulatorAbsent, startEmulator} from '../emulator.ts'
import {buildLambda, runtimeAbsent} from '../lambda-process.ts'

/** Each of these scenarios' tests holds on AWS too, but for those that want what is named here. */
const lacks = {
  'a plain token': 'the functions of infra/template.yaml take a GitHub App alone',
  'an order of deliveries': 'a queue has none; what is said before and after a no comes out the same',
  'an embedded store': "the operator's own export reads the database file",
} as const

/** Call it once, and await it, with the scenario's file. */
export async function throughLambda(name: string, scenario: () => Promise<unknown>): Promise<void> {
  const absent = emulatorAbsent ?? runtimeAbsent
  if (absent !== undefined) return test.skip(`${name} through Lambda (${absent})`, () => undefined)
  jest.setTimeout(300_000)
  let emulator: Emulator
  beforeAll(async () => {
    await buildLambda()
    emulator = await startEmulator()
  })
  chooseHome({
    start: async (options) => {
      // Names are taken by the stage before: moto forgets them.
      await emulator.empty()
      return await CloudIssuer.start(emulator, options)
    },
    lacks,
  })
  await scenario()
  // After the scenario's own, which close its stages.
  afterAll(() => emulator.close())
}
