/** The second way in, over the sandbox's list of deliveries and a real inbox: what never came in is fetched, what forbids first. */
import {mkdtempSync, rmSync} from 'node:fs'
import {createServer, type Server} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {openGitHub} from '../../issuer/github/client.ts'
import {openDeliveryList} from '../../issuer/github/deliveries.ts'
import {type MissedTools, eventsThatCount, fetchMissed} from '../../issuer/inbox/fetch-missed.ts'
import {readDelivery} from '../../issuer/inbox/receive.ts'
import {rememberIgnored} from '../../issuer/inbox/ignored.ts'
import {type Delivery, type Taken, laneOf} from '../../issuer/model/inbox.ts'
import {type Embedded, openSqlite} from '../../issuer/store/sqlite.ts'
import {type Stage, name, openChange, setStage} from './github-world.ts'
import {must} from './builders.ts'

let stage: Stage
let folder: string
let durable: Embedded
let hook: Server
let status: number
let pullRequest: number
let warnings: string[]
beforeEach(async () => {
  stage = await setStage()
  folder = mkdtempSync(join(tmpdir(), 'countersign-missed-'))
  durable = openSqlite(join(folder, 'countersign.db'))
  warnings = []
  status = 502
  hook = createServer((_, response) => response.writeHead(status).end())
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
  const {number} = await openChange(stage)
  pullRequest = number
  await durable.looks.keep('deliveries', {at: Date.now()})
  stage.world.setHook({url: `http://127.0.0.1:${(hook.address() as AddressInfo).port}`})
})
afterEach(async () => {
  expect(stage.world.violations).toEqual([])
  await stage.sandbox.close()
  hook.closeAllConnections()
  hook.close()
  durable.close()
  rmSync(folder, {recursive: true})
})

/** A process that has ignored nothing yet. */
function toolsOf(over: Partial<MissedTools> = {}): MissedTools {
  const silent = () => undefined
  return {
    list: must(openDeliveryList(stage.github)),
    events: eventsThatCount,
    looks: durable.looks,
    inbox: durable.inbox,
    ignored: rememberIgnored(),
    servesOwner: () => true,
    isApp: true,
    log: {info: silent, warn: (_, message) => void warnings.push(message), error: silent},
    now: Date.now,
    ...over,
  }
}

async function say(...bodies: readonly string[]): Promise<void> {
  for (const body of bodies) stage.world.comment({repository: name, pullRequest, by: 'octocat', body})
  await stage.world.settled()
}

/** Everything in the inbox, in the order in which it is taken. */
async function takeAll(): Promise<readonly string[]> {
  const taken: string[] = []
  for (;;) {
    const one = await durable.inbox.take(Date.now())
    if (one === undefined) return taken
    taken.push(wordsOf(one))
    await durable.inbox.done(one.id)
  }
}

const wordsOf = ({notice}: Pick<Taken, 'notice'>): string =>
  notice.kind === 'statement' ? notice.statement.comment.line : notice.kind

const payloads = (): number =>
  stage.world.requests.filter(({method, path}) => method === 'GET' && /^\/app\/hook\/deliveries\/\d+$/.test(path))
    .length

const furtherPages = (): number => stage.world.requests.filter(({path}) => path.includes('&cursor=')).length

describe('what never came in', () => {
  test('is put into the inbox as if it had, what forbids first, and once', async () => {
    await say('/countersign status', 'an ordinary comment', '/deny production', '/revoke staging')
    stage.world.closePullRequest({repository: name, pullRequest, by: 'hubot'})
    await stage.world.settled()
    const put: string[] = []
    const inbox = {
      ...durable.inbox,
      put: (delivery: Delivery) => {
        put.push(`${laneOf(delivery.notice)} ${wordsOf(delivery)}`)
        return durable.inbox.put(delivery)
      },
    }
    const tools = toolsOf({inbox})
    expect(await fetchMissed(tools)).toBe(4)
    expect(put).toEqual([
      'forbids /deny production',
      'forbids /revoke staging',
      'forbids closed',
      'statements /countersign status',
    ])
    expect([await fetchMissed(tools), payloads()]).toEqual([0, 5])
    expect(await takeAll()).toEqual(['/deny production', '/revoke staging', 'closed', '/countersign status'])
  })

  test('is found behind a hundred and twenty other failures that came after it', async () => {
    await say('/revoke production')
    await say(...Array.from({length: 120}, (_, i) => `comment ${i}`))
    expect(await fetchMissed(toolsOf())).toBe(1)
    expect(await takeAll()).toEqual(['/revoke production'])
  })

  test('of pushes and checks is not fetched, unless all events are asked for', async () => {
    await stage.world.push({repository: name, branch: 'other', pusher: 'hubot', files: {'b.ts': 'b\n'}})
    await stage.world.settled()
    expect([await fetchMissed(toolsOf()), payloads()]).toEqual([0, 0])
    expect(await fetchMissed(toolsOf({events: [...eventsThatCount, 'push']}))).toBe(1)
    expect(await takeAll()).toEqual(['push'])
  })

  test('of owners who are not served is let be', async () => {
    await say('/deny production')
    expect(await fetchMissed(toolsOf({servesOwner: () => false}))).toBe(0)
  })

  test('is fetched from a list only once GitHub answers, from where the last look ended', async () => {
    await say('/deny production', '/countersign help')
    stage.world.addFault({match: '^GET /app/hook/deliveries\\?', status: 502, times: 1})
    await expect(fetchMissed(toolsOf())).rejects.toMatchObject({kind: 'server'})
    stage.world.addFault({match: '^GET /app/hook/deliveries/', status: 502, times: 1})
    await expect(fetchMissed(toolsOf())).rejects.toMatchObject({kind: 'server'})
    expect(await fetchMissed(toolsOf())).toBeGreaterThan(0)
    expect(await takeAll()).toEqual(['/deny production', '/countersign help'])
  })

  test('and came in by GitHub’s redelivery in between is there once', async () => {
    await say('/deny production')
    const [missed] = stage.world.listDeliveries()
    await fetchMissed(toolsOf())
    status = 202
    stage.world.redeliver({id: missed?.id ?? 0})
    await stage.world.settled()
    expect(await fetchMissed(toolsOf())).toBe(0)
  })
})

describe('what came in', () => {
  test('is not fetched where the inbox has it, or it was looked at and is nothing', async () => {
    status = 202
    await say('/deny production', 'an ordinary comment')
    const [denied, ordinary] = stage.world.listDeliveries()
    const tools = toolsOf()
    tools.ignored.add(ordinary?.guid ?? '')
    await durable.inbox.put(await readOne(tools, must(denied)))
    const before = payloads()
    expect([await fetchMissed(tools), payloads() - before]).toEqual([0, 0])
  })

  test('and is not in the inbox, whose store was put back from a copy, is fetched', async () => {
    status = 202
    await say('/deny production')
    expect(await fetchMissed(toolsOf())).toBe(1)
    expect(await takeAll()).toEqual(['/deny production'])
  })

  test('is taken for seen where a queue cannot tell', async () => {
    status = 202
    await say('/deny production')
    status = 502
    await say('/revoke production')
    const sent: string[] = []
    const put = (delivery: Delivery) => Promise.resolve((sent.push(wordsOf(delivery)), 'new' as const))
    expect(await fetchMissed(toolsOf({inbox: {put}}))).toBe(1)
    expect(sent).toEqual(['/revoke production'])
  })
})

/** As it would have come in. */
async function readOne(
  tools: MissedTools,
  {id, guid, event}: {id: number; guid: string; event: string},
): Promise<Delivery> {
  const answer = await tools.list.fetchPayload(String(id))
  if (answer === 'gone') throw new Error(`the delivery ${id} is gone`)
  const read = readDelivery({id: guid, event, payload: answer.payload}, tools)
  if (typeof read === 'string') throw new Error(read)
  return read
}

describe('the list', () => {
  test('is read back to the last look, and no page more', async () => {
    await say(...Array.from({length: 120}, (_, i) => `comment ${i}`))
    const tools = toolsOf()
    stage.world.advance({seconds: 600})
    await fetchMissed(tools)
    await say('/deny production')
    const before = furtherPages()
    expect([before > 0, await fetchMissed(tools), furtherPages() - before]).toEqual([true, 1, 0])
  })

  test('gives at the very first look only what forbids: the rest is old', async () => {
    await durable.looks.keep('deliveries', {at: Date.now()})
    const fresh = openSqlite(join(folder, 'fresh.db'))
    await say('/countersign status', '/deny production')
    expect(await fetchMissed(toolsOf({looks: fresh.looks}))).toBe(1)
    expect(await takeAll()).toEqual(['/deny production'])
    fresh.close()
  })

  test('that no longer reaches back to what was known is said', async () => {
    await say('known')
    const tools = toolsOf()
    await fetchMissed(tools)
    await fetchMissed(tools)
    expect(warnings).toEqual([])
    stage.world.advance({seconds: 60})
    await say(...Array.from({length: 510}, (_, i) => `comment ${i}`))
    await fetchMissed(tools)
    expect(warnings).toEqual([expect.stringContaining('does not reach back')])
  })

  test('of an App that hears nothing for days is no gap, but days without a look are', async () => {
    await say('known')
    const tools = toolsOf()
    await fetchMissed(tools)
    for (let day = 0; day < 4; day++) {
      stage.world.advance({seconds: 86_400})
      await fetchMissed(tools)
    }
    expect(warnings).toEqual([])
    stage.world.advance({seconds: 4 * 86_400})
    await fetchMissed(tools)
    expect(warnings).toEqual([expect.stringContaining('does not reach back')])
  })

  test('is an App’s alone: with a plain token there is none', () => {
    const credentials = {kind: 'token', token: stage.people.monalisa.token} as const
    expect(openDeliveryList(openGitHub({apiUrl: stage.sandbox.url, version: '0.0.0', credentials}))).toBeUndefined()
  })
})
