/** A port for a program whose address has to be known before it starts. */
import {randomInt} from 'node:crypto'
import {createServer} from 'node:net'

/**
 * Below those that systems give to outgoing connections (Linux from 32768, others from 49152 on), so that nobody's
 * connection takes it before the program listens, or while it is started again.
 */
const [from, to] = [10_000, 32_000]

export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(from, to)
    if (await isFree(port)) return port
  }
}

function isFree(port: number): Promise<boolean> {
  const server = createServer()
  return new Promise((resolve) => {
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
