/** A fetch whose answers have an end: bodies are cut off, as an error, beyond a number of bytes. */

export class TooLarge extends Error {
  constructor(maxBytes: number) {
    super(`its answer has more than ${maxBytes} bytes`)
  }
}

export function boundedFetch(fetchOf: typeof fetch, maxBytes: number): typeof fetch {
  return async (resource, options) => {
    const answer = await fetchOf(resource, options)
    const body = answer.body === null ? null : await readBounded(answer.body, maxBytes)
    return new Response(body, {status: answer.status, statusText: answer.statusText, headers: answer.headers})
  }
}

/** All bytes of a stream. Leaving the loop early cancels the stream, and with it the connection. */
export async function readBounded(
  stream: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of stream) {
    length += chunk.length
    if (length > maxBytes) throw new TooLarge(maxBytes)
    chunks.push(chunk)
  }
  return new Uint8Array(Buffer.concat(chunks))
}
