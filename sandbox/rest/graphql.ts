/** `POST /graphql`: who may ask, for which nodes, and what is counted for it. */
import {Hono} from 'hono'

import {accessOf, sees} from '../access.ts'
import {seenComments} from '../comments.ts'
import {Refusal, type Root, runQuery} from '../graphql/engine.ts'
import {commentNode, repositoryNode} from '../graphql/nodes.ts'
import type {Actor} from '../state.ts'
import {findRepository, type World} from '../world.ts'
import {reads} from './actor.ts'
import {type Env, needsAuthentication, notJson, parseFields, parseText, readFields} from './answers.ts'

export function graphqlRoutes(world: World): Hono<Env> {
  const app = new Hono<Env>()
  app.post('/graphql', async (c) => {
    const actor = c.get('actor')
    if (actor.kind === 'anonymous' || actor.kind === 'app') return needsAuthentication(c)
    const fields = await readFields(c)
    if (!fields) return notJson(c)
    const query = {text: parseText(fields['query']) ?? '', variables: parseFields(fields['variables']) ?? {}}
    const {answer, cost} = await runQuery(query, rootFor(world, actor))
    c.set('points', cost)
    // Errors come with status 200, as GitHub's do.
    return c.json(answer)
  })
  return app
}

function rootFor(world: World, actor: Exclude<Actor, {kind: 'anonymous' | 'app'}>): Root {
  const node = ({id}: {readonly id: string}): object => {
    const comment = world.repositories
      .flatMap((repository) => seenComments(world, repository))
      .find((candidate) => candidate.nodeId === id)
    const missing = new Refusal('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'.`)
    if (!comment) throw missing
    const {repository} = comment.issue
    if (!sees(world, actor, repository)) throw missing
    if (accessOf(world, actor, {repository, need: reads('issues', 'pull_requests')}) !== 'granted') throw forbidden()
    return commentNode(world, comment)
  }
  const repository = ({owner, name}: {readonly owner: string; readonly name: string}): object => {
    const found = findRepository(world, `${owner}/${name}`)
    if (!found || !sees(world, actor, found))
      throw new Refusal('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
    const granted = [reads('contents'), reads('pull_requests')].every(
      (need) => accessOf(world, actor, {repository: found, need}) === 'granted',
    )
    if (!granted) throw forbidden()
    return repositoryNode(world, found)
  }
  // Of an installation's token GitHub calls its bot a user.
  const viewer = () => ({__typename: 'User', databaseId: actor.account.id, login: actor.account.login})
  return {
    fields: {
      viewer,
      node,
      nodes: ({ids}: {readonly ids: readonly string[]}) => ids.map((id) => node({id})),
      repository,
    },
    onMissing: (field) => void world.violations.push(`GraphQL: the sandbox does not have ${field}`),
  }
}

const forbidden = (): Refusal => new Refusal('FORBIDDEN', 'Resource not accessible by integration')
