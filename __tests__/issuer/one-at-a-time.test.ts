/** Two who publish the same at once. */
import {expect, test} from '@jest/globals'
import {oneAtATime} from '../../issuer/publish/one-at-a-time.ts'

test('two who publish the same at once send it once, and later it can be sent again', async () => {
  let sent = 0
  const publisher = oneAtATime({
    publish: async () => {
      sent += 1
      await new Promise(setImmediate)
    },
  })
  const publication = {repository: {id: 1, name: 'octo-org/api-service'}, pullRequest: 1, commentId: 1}
  const both = [publisher.publish(publication, 'dec_1'), publisher.publish(publication, 'dec_1')]
  await Promise.all(both)
  expect(sent).toBe(1)
  await publisher.publish(publication, 'dec_1')
  expect(sent).toBe(2)
})
