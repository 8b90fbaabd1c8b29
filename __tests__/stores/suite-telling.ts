/** The part of the common suite about what is told from a store: what cannot be sent holds up nothing else. */
import {expect, test} from '@jest/globals'
import {GitHubUnavailable} from '../../issuer/github/unavailable.ts'
import {type TellTools, hasLate, tellDue} from '../../issuer/inbox/telling.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import type {CheckRun, Publication} from '../../issuer/model/publication.ts'
import {answers, at, checkRun, proposal, publicationOf, statementOf} from './builders.ts'

const minute = 60_000
const day = 24 * 60 * minute

/** A process that tells, under a clock of the test; what it sends of `unsendable` statements fails. */
class Teller {
  now = at
  readonly sent: number[] = []
  readonly tried: number[] = []
  readonly said: string[] = []
  unsendable: (n: number) => boolean = () => false
  fault: Error = new GitHubUnavailable('permission', 'the App is not installed there')
  readonly #durable: Durable

  constructor(durable: Durable) {
    this.#durable = durable
  }

  get tools(): TellTools {
    const log = (_: object, message: string): void => void this.said.push(message)
    return {
      outbox: this.#durable.outbox,
      now: () => this.now,
      newestCheckpoint: () => Promise.resolve(undefined),
      log: {info: log, warn: log, error: log},
      panels: {refresh: () => Promise.resolve('done' as const)},
      publisher: {publish: (publication) => this.#publish(publication)},
    }
  }

  /** As an issuer that goes on for so long. */
  async goOn(ms: number): Promise<void> {
    for (const end = this.now + ms; this.now < end; this.now += 5000) {
      await Promise.all([tellDue('forbids', this.tools), tellDue('other', this.tools)])
    }
  }

  async #publish({commentId = 0}: Publication): Promise<void> {
    await new Promise(setImmediate)
    this.tried.push(commentId)
    if (this.unsendable(commentId)) throw this.fault
    this.sent.push(commentId)
  }
}

export function testTelling(the: () => Durable): void {
  const complete = async (n: number, conclusion: CheckRun['conclusion'], later = 0): Promise<void> => {
    await the().idempotency.begin(statementOf(n), proposal(n))
    const publication = {...publicationOf(n), checkRuns: [{...checkRun, conclusion}]}
    await the().store.commit({...answers(n, {publication}), at: at + later})
  }

  test.each(['success', 'failure'] as const)(
    'fifty that can never be sent (%s), and a revocation behind them is sent within a minute',
    async (conclusion) => {
      for (let n = 1; n <= 50; n++) await complete(n, conclusion)
      const teller = new Teller(the())
      teller.unsendable = (n) => n <= 50
      await teller.goOn(2 * minute)
      await complete(51, 'failure', 2 * minute)
      await teller.goOn(minute)
      expect(teller.sent).toEqual([51])
    },
  )

  test('one that is tried again and again is tried further apart each time, and what forbids once a minute', async () => {
    await complete(1, 'failure')
    await complete(2, 'success')
    const teller = new Teller(the())
    teller.unsendable = () => true
    await teller.goOn(30 * minute)
    const [red, green] = [1, 2].map((n) => teller.tried.filter((one) => one === n).length)
    expect(red).toBeGreaterThan(25)
    expect(red).toBeLessThan(35)
    expect(green).toBeGreaterThan(5)
    expect(green).toBeLessThan(12)
  })

  test('what GitHub asks to wait for is waited for, of that one alone', async () => {
    await complete(1, 'failure')
    await complete(2, 'failure')
    const teller = new Teller(the())
    teller.unsendable = (n) => n === 1
    teller.fault = new GitHubUnavailable('rate-limit', 'later', {retryAfterMs: 20 * minute})
    await teller.goOn(19 * minute)
    expect([teller.tried.filter((n) => n === 1).length, teller.sent]).toEqual([1, [2]])
    await teller.goOn(2 * minute)
    expect(teller.tried.filter((n) => n === 1)).toHaveLength(2)
  })

  test('a revocation that does not show for a minute is told of, until it shows', async () => {
    await complete(1, 'failure')
    await complete(2, 'success')
    const teller = new Teller(the())
    teller.unsendable = () => true
    await teller.goOn(2 * minute)
    expect(await hasLate(teller.tools)).toBe(true)
    expect(teller.said).toContain('a revocation does not show on GitHub yet')
    teller.unsendable = (n) => n === 2
    await teller.goOn(minute + 5000)
    expect(await hasLate(teller.tools)).toBe(false)
  })

  test('a moment before the minute is over it is not late', async () => {
    await complete(1, 'failure')
    const teller = new Teller(the())
    teller.now = at + minute - 1
    expect(await hasLate(teller.tools)).toBe(false)
    teller.now += 1
    expect(await hasLate(teller.tools)).toBe(true)
  })

  test('several who tell at once send each of thirty once', async () => {
    for (let n = 1; n <= 30; n++) await complete(n, 'failure')
    const tellers = Array.from({length: 4}, () => new Teller(the()))
    for (const teller of tellers) teller.now = at + minute
    await Promise.all(tellers.map((teller) => tellDue('forbids', teller.tools)))
    const sent = tellers.flatMap((teller) => teller.sent).sort((a, b) => a - b)
    expect(sent).toEqual(Array.from({length: 30}, (_, i) => i + 1))
  })

  test('once it is to end, what is in hand is finished, and nothing more is begun', async () => {
    for (let n = 1; n <= 20; n++) await complete(n, 'failure')
    const teller = new Teller(the())
    teller.now = at + minute
    const end = new AbortController()
    const telling = tellDue('forbids', teller.tools, end.signal)
    end.abort()
    await telling
    expect(teller.sent.length).toBeLessThanOrEqual(8)
  })

  test('what could not be sent for a day is given up, a moment before it is not', async () => {
    await complete(1, 'failure')
    await complete(2, 'failure', 1)
    const teller = new Teller(the())
    teller.unsendable = () => true
    teller.now = at + day
    await tellDue('forbids', teller.tools)
    expect(teller.said).toContain('a publication is given up')
    const left = await the().outbox.due('forbids', at + 2 * day)
    expect(left.map(({key}) => key.subject)).toEqual([statementOf(2).subject])
  })
}
