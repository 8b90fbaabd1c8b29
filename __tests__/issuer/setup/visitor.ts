/** Somebody who sets an issuer up: a browser with its own cookies, as far as set-up needs one. */
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import type {IssuerProcess} from '../../../sandbox/issuer-process.ts'

export interface Seen {
  readonly status: number
  readonly headers: Headers
  readonly text: string
}

/** What a form of set-up's leads to. */
export interface Departure {
  readonly target: string
  readonly manifest: string
}

export class Visitor {
  readonly #issuer: string
  /** As `name=value`; undefined when the issuer took it back. */
  cookie: string | undefined

  constructor(issuer: string) {
    this.#issuer = issuer
  }

  /** Shows the token; gives the page. */
  async begin(token: string, organization = ''): Promise<Seen> {
    return await this.#see(`${this.#issuer}/setup`, {
      method: 'POST',
      body: new URLSearchParams({token, organization}),
    })
  }

  /** Presses the button on the page that `begin` gave, and confirms on GitHub; gives the way back. */
  async confirm(page: Seen): Promise<string> {
    const {target, manifest} = readDeparture(page)
    const answer = await fetch(target, {method: 'POST', redirect: 'manual', body: new URLSearchParams({manifest})})
    const back = answer.headers.get('location')
    if (back === null) throw new Error(`GitHub leads nowhere: ${await answer.text()}`)
    return back
  }

  async open(url: string): Promise<Seen> {
    return await this.#see(url, {})
  }

  async #see(url: string, request: RequestInit): Promise<Seen> {
    const headers = this.cookie === undefined ? {} : {cookie: this.cookie}
    const answer = await fetch(url, {...request, headers, redirect: 'manual'})
    for (const set of answer.headers.getSetCookie()) {
      this.cookie = /Max-Age=0/i.test(set) ? undefined : set.split(';')[0]
    }
    return {status: answer.status, headers: answer.headers, text: await answer.text()}
  }
}

export function readDeparture({text}: Pick<Seen, 'text'>): Departure {
  const [, target = ''] = /action="([^"]*\/settings\/apps\/new[^"]*)"/.exec(text) ?? []
  const [, manifest = ''] = /name="manifest" value="([^"]*)"/.exec(text) ?? []
  return {target: unescape(target), manifest: unescape(manifest)}
}

const unescape = (text: string): string =>
  text.replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&lt;', '<').replaceAll('&amp;', '&')

/** The page's words, without what only a browser reads. */
export const wordsOf = ({text}: Pick<Seen, 'text'>): string =>
  unescape(
    text
      .replaceAll(/<(style|script)>[\s\S]*?<\/\1>/g, ' ')
      .replaceAll(/<[^>]*>/g, ' ')
      .replaceAll(/\s+/g, ' '),
  )

export const tokenOf = ({folder}: Pick<IssuerProcess, 'folder'>): string =>
  readFileSync(join(folder, 'data', 'set-up-token'), 'utf8').trim()

/** The whole way, for an organization; gives the last page. */
export async function setUp(issuer: IssuerProcess, organization = 'octo-org'): Promise<Seen> {
  const visitor = new Visitor(issuer.url)
  const page = await visitor.begin(tokenOf(issuer), organization)
  const last = await visitor.open(await visitor.confirm(page))
  if (last.status !== 200) throw new Error(wordsOf(last))
  return last
}
