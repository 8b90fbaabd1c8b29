/** The accounts that GitHub itself has, under the ids that they have there. */

import {makeAccount} from './world.ts'

export function ownAccounts(createdAt: string) {
  const noreply = 'users.noreply.github.com'
  return {
    github: makeAccount({id: 9919, login: 'github', type: 'Organization', email: 'github@example.com', createdAt}),
    webFlow: makeAccount({id: 19_864_447, login: 'web-flow', type: 'User', email: 'noreply@github.com', createdAt}),
    /** Stands wherever an account stood that is no more. */
    ghost: makeAccount({id: 10_137, login: 'ghost', type: 'User', email: `ghost@${noreply}`, createdAt}),
    mergeQueue: makeAccount({
      id: 118_344_674,
      login: 'github-merge-queue[bot]',
      type: 'Bot',
      email: `118344674+github-merge-queue[bot]@${noreply}`,
      createdAt,
    }),
  }
}
