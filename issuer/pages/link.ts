/** The link's token that opened a page of a private repository: what the page leads to is open to the same visitor. */
import type {Context} from 'hono'

/** It stands in addresses and in commands to copy: nothing else may. */
export function readLink(c: Context): string | undefined {
  const link = c.req.query('link') ?? ''
  return /^[A-Za-z0-9_-]{1,256}$/.test(link) ? link : undefined
}

export const withLink = (link: string | undefined, sign: '?' | '&' = '?'): string =>
  link === undefined ? '' : `${sign}link=${link}`
