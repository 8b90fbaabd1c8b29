/** SQS as it is: at least once, at any time, in any order; and what the functions need gone for a while. */
import {expect, test} from '@jest/globals'
import {repository, until} from '../../acceptance/stage.ts'
import {expectRefused} from '../../acceptance/verdicts.ts'
import {type HeldStage, again, describeHeld} from './held-stage.ts'

function testQueue(the: () => HeldStage): void {
  test('a message that comes twice, in one batch, at two workers at once or later, comes to one outcome', async () => {
    const said = await the().authorize()
    const twin = await the().cloud.worker.twin()
    const {message} = said
    expect(await Promise.all([the().deliver([message, message]), the().deliver([again(message)], twin)])).toEqual([
      0, 0,
    ])
    expect(await the().deliver([again(message, 3)])).toBe(0)
    await twin.close()
    expect(await the().events()).toEqual(['receipt.issued'])
    expect(await the().auditAll([said])).toEqual([])
  })

  test('a statement that lay in the queue for a quarter of an hour mints nothing, and the reply asks to say it again', async () => {
    const said = await the().authorize()
    the().stage.world.advance({seconds: 15 * 60})
    expect(await the().deliver([said.message])).toBe(0)
    expect(
      the()
        .stage.replies()
        .map(({body}) => body),
    ).toEqual([expect.stringContaining('Say it again')])
    expect(await the().events()).toEqual(['decision.made'])
    expect(await the().auditLedger()).toEqual([])
  })

  test('an authorization that arrives after the denial that followed it mints nothing', async () => {
    const [first, second] = [await the().authorize(), await the().say('/deny production not today')]
    expect(await the().deliver([second.message])).toBe(0)
    expect(await the().deliver([first.message])).toBe(0)
    expect(await the().events()).not.toContain('receipt.issued')
    expectRefused(await the().stage.gate(), 'receipt_missing')
    expect(await the().auditLedger()).toEqual([])
  })

  test('an authorization and its denial in one batch leave nothing that lets a job through', async () => {
    const [first, second] = [await the().authorize(), await the().say('/deny production not today')]
    expect(await the().deliver([first.message, second.message])).toBe(0)
    const gate = await the().stage.gate()
    expect(gate.outputs['authorized']).toBe('false')
    const events = await the().events()
    expect(events.filter((event) => event === 'receipt.revoked')).toHaveLength(
      events.filter((event) => event === 'receipt.issued').length,
    )
    expect(await the().auditLedger()).toEqual([])
  })

  test('what forbids waits in a queue of its own, behind none of twelve questions, and comes back to it', async () => {
    const {world, pullRequest} = the().stage
    for (let i = 0; i < 12; i++) world.comment({repository, pullRequest, by: 'octocat', body: '/countersign status'})
    world.comment({repository, pullRequest, by: 'octocat', body: '/deny production not today'})
    await world.settled()
    const [denial, ...more] = await the().take('withdrawals')
    if (denial === undefined) throw new Error('nothing waits there')
    expect(more).toEqual([])
    world.addFault({match: '/collaborators/octocat/permission$', status: 502, times: 1})
    expect(await the().deliver([denial])).toBe(1)
    expect(await the().deliver([again(denial)])).toBe(0)
    expect(await the().events()).toEqual(['decision.made'])
    expect(the().stage.replies()[0]?.body).toContain('Denied for `production`')
  })

  test('ten denials of a stranger at once cost GitHub no more questions about them than one', async () => {
    const {world, pullRequest} = the().stage
    const {id} = world.addUser({login: 'stranger'})
    for (let i = 0; i < 10; i++)
      world.comment({repository, pullRequest, by: 'stranger', body: `/deny environment-${i}`})
    await world.settled()
    const denials = await the().take('withdrawals')
    expect(denials.length).toBeGreaterThan(1)
    expect(await the().deliver(denials)).toBe(0)
    const asked = world.requests.map(({path}) => path)
    expect(asked.filter((path) => path === `/user/${id}`)).toHaveLength(1)
    expect(asked.filter((path) => path.endsWith('/collaborators/stranger/permission'))).toHaveLength(1)
    expect(await the().events()).toEqual([])
  })

  test('what no webhook brought is fetched by the schedule, once it was looked for before, and is queued once', async () => {
    const {world, pullRequest} = the().stage
    await the().cloud.schedule.call({})
    world.setHook({url: 'http://127.0.0.1:9/'})
    world.comment({repository, pullRequest, by: 'octocat', body: '/countersign status'})
    world.comment({repository, pullRequest, by: 'octocat', body: '/deny production not today'})
    await world.settled()
    await the().cloud.schedule.call({})
    const [denial, ...more] = await the().take('withdrawals')
    expect([denial?.body.includes('/deny production'), more]).toEqual([true, []])
    const questions = await the().take('deliveries')
    expect(questions.filter(({body}) => body.includes('/countersign status'))).toHaveLength(1)
    if (denial !== undefined) expect(await the().deliver([denial, again(denial)])).toBe(0)
    expect(await the().events()).toEqual(['decision.made'])
  })

  const secrets: readonly (readonly [string, RegExp])[] = [
    ['App', /no GitHub App yet/],
    ['EvidenceSecretArn', /COUNTERSIGN_EVIDENCE_SECRET: the secret cannot be read/],
  ]
  test.each(secrets)(
    'while the secret %s is gone the worker does not start, and what waits is decided when it is back',
    async (name, problem) => {
      const {secrets: manager, worker} = the().cloud
      const said = await the().authorize()
      const text = manager.textOf(name)
      manager.make(name)
      await worker.kill()
      await expect(the().deliver([said.message])).rejects.toThrow(problem)
      expect(await the().events()).toEqual([])
      manager.make(name, text)
      expect(await the().deliver([again(said.message)])).toBe(0)
      expect(await the().auditAll([said])).toEqual([])
    },
  )

  test('while the webhook’s secret is gone no webhook is taken, so that GitHub can be asked for it again', async () => {
    const {world, pullRequest, head} = the().stage
    const {secrets: manager, web} = the().cloud
    const text = manager.textOf('Webhook')
    manager.make('Webhook')
    await web.kill()
    world.comment({repository, pullRequest, by: 'octocat', body: `/authorize production ${head}`})
    await world.settled()
    const missed = world.hooks.deliveries.at(-1)
    expect(missed?.statusCode).toBe(503)
    manager.make('Webhook', text)
    await the().release()
    world.redeliver({id: missed?.id ?? 0})
    await until(() => the().stage.replies()[0], 'a reply')
    expect(await the().auditLedger()).toEqual([])
    expect(await the().events()).toEqual(['receipt.issued'])
  })
}

function testKms(the: () => HeldStage): void {
  const states = ['AccessDeniedException', 'DisabledException', 'ThrottlingException'] as const
  const keys = ['receipts', 'tokens'] as const

  test.each(keys.flatMap((key) => states.map((state) => [key, state] as const)))(
    'while the key of %s answers %s nothing is minted, and the message comes again',
    async (name, state) => {
      const key = the().cloud.kms.keys.get(name)
      if (key === undefined) throw new Error(`there is no key ${name}`)
      const said = await the().authorize()
      key.state = state
      expect(await the().deliver([said.message])).toBe(1)
      expect(await the().events()).toEqual([])
      expect(the().stage.world.checkRuns).toEqual([])
      delete key.state
      expect(await the().deliver([again(said.message)])).toBe(0)
      expect(await the().auditAll([said])).toEqual([])
    },
  )

  test('a cold start without the ledger’s key fails as a whole, and gives every message back', async () => {
    const key = the().cloud.kms.keys.get('ledger')
    if (key === undefined) throw new Error('there is no key')
    const said = await the().authorize()
    key.state = 'DisabledException'
    await the().cloud.worker.kill()
    await expect(the().deliver([said.message])).rejects.toThrow(/COUNTERSIGN_LEDGER_KEY: [\s\S]*is disabled/)
    delete key.state
    expect(await the().deliver([again(said.message)])).toBe(0)
    expect(await the().auditAll([said])).toEqual([])
  })

  test('while the ledger’s key is disabled receipts are minted, and its end is signed later', async () => {
    const key = the().cloud.kms.keys.get('ledger')
    if (key === undefined) throw new Error('there is no key')
    const said = await the().authorize()
    key.state = 'DisabledException'
    expect(await the().deliver([said.message])).toBe(0)
    expect(the().cloud.worker.output).toContain('the ledger could not be signed')
    expect(await the().events()).toEqual(['receipt.issued'])
    delete key.state
    expect(await the().auditAll([said])).toEqual([])
  })
}

describeHeld({'a queue': testQueue, 'KMS in trouble': testKms})
