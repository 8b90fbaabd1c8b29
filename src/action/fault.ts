/** What was thrown, looked at by its members: an error may come from another realm, so instanceof says nothing. */

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null

/** A member of what was thrown; undefined where there is none. */
export const faultMember = (fault: unknown, name: string): unknown => (isObject(fault) ? fault[name] : undefined)

/** The system's code, such as ENOENT. */
export function faultCode(fault: unknown): string | undefined {
  const code = faultMember(fault, 'code')
  return typeof code === 'string' ? code : undefined
}

/** A fault and what caused it, outermost first. Bounded: a chain may be a ring. */
export function faultChain(fault: unknown): readonly unknown[] {
  const chain: unknown[] = []
  for (let at = fault; isObject(at) && chain.length < 8; at = at['cause']) chain.push(at)
  return chain
}
