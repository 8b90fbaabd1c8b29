/** Receipts beside the issuer's own: signed by a key of the test for the stage's deployment, or changed in a byte. */
import {type Overrides, type TestKey, lifeAround, makeKey, receiptBody} from '../protocol/builders.ts'
import {readCommit} from '../../sandbox/git/history.ts'
import {theRepository} from '../../sandbox/world.ts'
import {type Stage, repository} from './stage.ts'

/** A receipt that holds for the stage's head and production, but for what is overridden and but for who signed it. */
export function signedFor(stage: Stage, overrides: Overrides = {}, key: TestKey = makeKey()): string {
  const {id, git} = theRepository(stage.world, repository)
  const tree = readCommit(git, stage.head)?.tree
  const scope = {repository, repositoryId: id, sha: stage.head, ...(tree !== undefined && {tree}), ...overrides.scope}
  const body = receiptBody({issuer: stage.issuer.url, ...lifeAround(Date.now()), ...overrides, scope})
  return JSON.stringify(key.sign(body))
}

/** The issuer's receipt with one text in it replaced by another of the same length, which stands there once. */
export function changed(text: string, [before, after]: readonly [before: string, after: string]): string {
  if (text.split(before).length !== 2 || before.length !== after.length) {
    throw new Error(`${before} does not stand once in the receipt, or ${after} is not as long`)
  }
  return text.replace(before, after)
}

/** A check run of the receipt's name by the workflow itself, which is what anybody with write access can make. */
export function postCheckRun({world, head}: Stage, text: string, app = 'github-actions'): void {
  world.addCheckRun({
    repository,
    sha: head,
    name: 'countersign / production',
    app,
    conclusion: 'success',
    output: {title: 'Authorized', summary: 'Authorized', text: ['```json', text, '```'].join('\n')},
  })
}
