/** Loopback servers that stand where an issuer should and answer as no issuer does. */
import {type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'

export interface WrongIssuer {
  readonly url: string
  /** Paths that were asked for. */
  readonly asked: readonly string[]
  readonly close: () => Promise<void>
}

export async function startWrongIssuer(answer: (response: ServerResponse) => void): Promise<WrongIssuer> {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(request.url ?? '')
    answer(response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const {port} = server.address() as AddressInfo
  const close = async (): Promise<void> => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  return {url: `http://127.0.0.1:${port}`, asked, close}
}

/** Sends one chunk after another, as fast as they are taken, until the other side hangs up or all is sent. */
export function pour(response: ServerResponse, {bytes, sent}: {bytes: number; sent: (count: number) => void}): void {
  const chunk = Buffer.alloc(65_536, 0x20)
  let left = bytes
  response.writeHead(200, {'content-type': 'application/json', 'content-length': bytes})
  const next = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= chunk.length
      sent(chunk.length)
      if (!response.write(chunk)) {
        response.once('drain', next)
        return
      }
    }
  }
  next()
}

/** One byte a second, for ever. */
export function drip(response: ServerResponse): void {
  response.writeHead(200, {'content-type': 'application/json'})
  const timer = setInterval(() => response.write(' '), 1000)
  response.once('close', () => clearInterval(timer))
}
