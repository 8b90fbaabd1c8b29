/** What the issuer says is wrong (docs/routes.md), in a few words that are safe to show. */
import {isPlainObject, isSafeText, parseJson} from '#protocol'
import type {Reply} from './exchange.ts'

/** Statuses whose body says more than they do. */
export const toldStatuses: readonly number[] = [400, 401, 403, 409, 503]

/** The answer's object; empty where it is none. */
export function readObject(body: Uint8Array): Readonly<Record<string, unknown>> {
  const json = parseJson(body)
  return json.ok && isPlainObject(json.value) ? json.value : {}
}

/** Text that may be shown; undefined for all else. */
export const safeText = (value: unknown): string | undefined =>
  typeof value === 'string' && value.length <= 256 && isSafeText(value) ? value : undefined

export function describeProblem({described, body}: Reply): string {
  const {error} = readObject(body)
  const told = isPlainObject(error) ? [safeText(error['code']), safeText(error['message'])] : []
  const words = told.filter((word) => word !== undefined && word !== '').join(': ')
  return words === '' ? described : `${described} (${words})`
}
