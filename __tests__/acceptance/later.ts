/** A tie of seconds goes to the no, and people are slower than tests. */
import type {World} from '../../sandbox/world.ts'

/** Comes back in a later second than everything that was denied, revoked or closed. Where the clock stands still a test moves it. */
export async function afterEveryNo(world: World): Promise<void> {
  const stopped = world.clock.stamp()
  for (const end = Date.now() + 1100; isTie(world) && Date.now() < end;) {
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  if (isTie(world) && world.clock.stamp() === stopped) world.clock.advance(1)
}

function isTie(world: World): boolean {
  const now = world.clock.stamp()
  const said = [...world.comments.values(), ...world.deletedComments].some(
    ({body, createdAt, updatedAt}) => /^\/(?:deny|revoke)/.test(body) && (createdAt === now || updatedAt === now),
  )
  return said || world.repositories.some(({pulls}) => pulls.some(({closedAt}) => closedAt === now))
}
