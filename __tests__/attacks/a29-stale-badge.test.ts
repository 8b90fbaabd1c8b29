/** A29: a badge that is green no longer than what it shows. It is worked out from verified receipts each time it is asked for. */
import {afterEach, beforeEach, expect, test} from '@jest/globals'
import {ask} from '../acceptance/answers.ts'
import {Stage, repository} from '../acceptance/stage.ts'
import {demand} from './judge.ts'

let stage: Stage
beforeEach(async () => {
  stage = await Stage.open()
})
afterEach(() => stage.close())

interface Badge {
  readonly message: string
  readonly color: string
}

async function badge(name = repository): Promise<Badge> {
  const {status, body, headers} = await ask(stage, `/badge/${name}/production.json`)
  expect([status, headers['cache-control']]).toEqual([200, 'public, max-age=30'])
  return JSON.parse(body) as Badge
}

const green = '17713f'
const words = () => `authorized by octocat · ${stage.head.slice(0, 7)}`

test('green while the receipt is in force, grey or red after a revocation and after a denial', async () => {
  expect(await badge()).toMatchObject({message: 'unknown'})
  await stage.authorize()
  expect(await badge()).toMatchObject({message: words(), color: green})
  await stage.say('/revoke production')
  expect(await badge()).toMatchObject({message: 'revoked'})
  await stage.authorize()
  expect(await badge()).toMatchObject({message: words(), color: green})
  await stage.say('/deny production')
  const denied = await badge()
  expect(denied.message).toBe('denied')
  expect(denied.color).not.toBe(green)
})

test('green no longer when its approver may write no more, once anybody has asked about the receipt', async () => {
  await stage.authorize()
  const {id} = JSON.parse(stage.receiptText()) as {id: string}
  stage.world.setPermission({repository, login: 'octocat', role: 'read'})
  expect((await ask(stage, `/v1/receipts/${id}/status`)).body).toContain('"status":"revoked"')
  expect(await badge()).toMatchObject({message: 'revoked'})
})

test('green until the receipt’s own last second, and then not once more', async () => {
  await demand(stage, 'ttl: 8s')
  await stage.authorize()
  const {expiresAt} = JSON.parse(stage.receiptText()) as {expiresAt: string}
  const over = Date.parse(expiresAt)
  for (let asked = Date.now(); asked < over + 500; asked = Date.now()) {
    const {message} = await badge()
    const answered = Date.now()
    if (asked >= over) expect(message).toBe('expired')
    if (answered < over) expect(message).toBe(words())
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
})

test('never green for what only looks like a receipt on GitHub', async () => {
  await stage.authorize()
  const text = stage.receiptText()
  await stage.say('/revoke production')
  const carried = {title: 'Authorized', summary: 'Authorized', text: `\`\`\`json\n${text}\n\`\`\``}
  const name = 'countersign / production'
  stage.world.addCheckRun({repository, sha: stage.head, name, conclusion: 'success', output: carried})
  expect(await badge()).toMatchObject({message: 'revoked'})
})
