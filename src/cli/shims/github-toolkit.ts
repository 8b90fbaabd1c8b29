/** Stands in the package where the Action has GitHub's toolkit (see scripts/sdk-bundles.ts): the one request it makes. */

export const defaults = {request: {fetch: globalThis.fetch}}

interface Options {
  readonly baseUrl: string
  readonly request: {readonly fetch: typeof fetch}
}

interface Around {
  readonly headers?: Readonly<Record<string, string>>
  readonly request: {readonly signal: AbortSignal}
}

type Names = Readonly<Record<string, string | number>>

interface Answer {
  readonly data: unknown
  readonly headers: Readonly<Record<string, string>>
}

/** Octokit's `request`, for GET alone: the route's {names} come from the parameters, the rest is the query. */
export const getOctokit = (token: string, {baseUrl, request}: Options) => ({
  request: async (route: string, {request: {signal}, headers = {}, ...names}: Names & Around): Promise<Answer> => {
    const parameters: Names = names
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(parameters)) {
      if (!route.includes(`{${name}}`)) query.set(name, String(value))
    }
    const path = route
      .replace(/^GET /, '')
      .replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(parameters[name])))
    const answer = await request.fetch(`${baseUrl}${path}?${query.toString()}`, {
      // A redirect could carry the token to another host.
      redirect: 'error',
      signal,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'user-agent': 'countersign-gate',
        'x-github-api-version': '2022-11-28',
        ...headers,
      },
    })
    if (!answer.ok) throw new RequestFault(answer)
    return {data: await answer.json(), headers: Object.fromEntries(answer.headers)}
  },
})

/** With `status` and `response`, as Octokit's error: the words for it are found by these two. */
class RequestFault extends Error {
  readonly status: number
  readonly response: object

  constructor(answer: Response) {
    super(`GitHub answered ${answer.status}`)
    this.status = answer.status
    this.response = {status: answer.status, headers: Object.fromEntries(answer.headers)}
  }
}
