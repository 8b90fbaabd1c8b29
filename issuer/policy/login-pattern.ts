/** Login patterns of a policy: only `*` is special. Globs will not do: in them `[bot]` is a character class. */

/** Whether `login` is one that `pattern` describes; ASCII letters without case, as GitHub compares logins. */
export function matchesLogin(pattern: string, login: string): boolean {
  const [first = '', ...rest] = pattern.toLowerCase().split('*')
  const text = login.toLowerCase()
  const last = rest.pop()
  if (last === undefined) return text === first
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false
  const end = text.length - last.length
  let at = first.length
  // The leftmost place of each part leaves the most room for the next: no way back, so linear in the login.
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found === -1 || found + part.length > end) return false
    at = found + part.length
  }
  return true
}
