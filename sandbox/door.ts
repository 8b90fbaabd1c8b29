/** The control door: `POST /_sandbox/<action>` does in the world what its JSON says, for tests and demos in other processes. */

import {Hono} from 'hono'

import {actionsOf, isAction} from './actions.ts'
import type {Env} from './rest/answers.ts'
import type {World} from './world.ts'

export function door(world: World): Hono<Env> {
  const app = new Hono<Env>()
  const actions = actionsOf(world) as Readonly<Record<string, (ask: unknown) => unknown>>
  app.post('/_sandbox/:action', async (c) => {
    const name = c.req.param('action')
    if (!isAction(name)) return c.json({error: `There is no action ${name}`}, 404)
    try {
      const text = await c.req.text()
      const answer = await actions[name]?.(text === '' ? {} : JSON.parse(text))
      return c.json({answer: answer ?? null})
    } catch (failure) {
      return c.json({error: failure instanceof Error ? failure.message : String(failure)}, 400)
    }
  })
  return app
}
