/** What the running issuer answers, whole: everything that its reader can tell apart. */
import type {Stage} from './stage.ts'

export interface Asking {
  readonly bearer?: string | undefined
  readonly method?: 'GET' | 'POST'
  readonly body?: string
}

export interface Answer {
  readonly status: number
  readonly body: string
  /** All but the clock's. */
  readonly headers: Readonly<Record<string, string>>
}

export async function ask({issuer}: Stage, path: string, {bearer, method = 'GET', body}: Asking = {}): Promise<Answer> {
  const answer = await fetch(`${issuer.url}${path}`, {
    method,
    ...(bearer !== undefined && {headers: {authorization: `Bearer ${bearer}`}}),
    ...(body !== undefined && {body}),
  })
  const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== 'date'))
  return {status: answer.status, body: await answer.text(), headers}
}
