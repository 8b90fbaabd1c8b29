/** Who looks at a page, and the link that opened it: what the page leads to is open to the same visitor. */
import type {Context} from 'hono'
import type {Viewer} from '../model/viewer.ts'

/**
 * The caller that a request shows (a link's token, a bearer's), as what that caller may read. Asked before anything is
 * looked up, so that an answer never tells what a stranger may not know.
 */
export type ReadCaller = (request: Request) => Promise<Viewer>

/** It stands in addresses and in commands to copy: nothing else may. */
export function readLink(c: Context): string | undefined {
  const link = c.req.query('link') ?? ''
  return /^[A-Za-z0-9_-]{1,256}$/.test(link) ? link : undefined
}

export const withLink = (link: string | undefined, sign: '?' | '&' = '?'): string =>
  link === undefined ? '' : `${sign}link=${link}`
