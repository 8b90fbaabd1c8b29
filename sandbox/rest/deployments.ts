/** `/repos/{owner}/{repo}/deployments`: what went, or was to go, to an environment. */

import {Hono} from 'hono'

import {presentDeployment} from '../present/deployments.ts'
import type {World} from '../world.ts'
import {needs, reads} from './actor.ts'
import {type Ctx, type Env, paginate} from './answers.ts'

export function deploymentRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.get('/deployments', needs(world, reads('deployments')), (c) => list(world, c))
  return app
}

/** The newest first. */
function list(world: World, c: Ctx): Response {
  const repository = c.get('repository')
  const {sha, ref, task, environment} = c.req.query()
  const matching = world.deployments
    .filter((one) => one.repository === repository)
    .filter((one) => sha === undefined || one.sha === sha)
    .filter((one) => ref === undefined || one.ref === ref)
    .filter((one) => environment === undefined || one.environment === environment)
    .filter(() => task === undefined || task === 'deploy')
    .toReversed()
  return c.json(paginate(c, matching).map((one) => presentDeployment(world, one)))
}
