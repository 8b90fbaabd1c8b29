/** What each look at the settings is given, and how it asks for one of them. */
import type {Chart, SettingPlace} from '../finding.ts'
import type {Answer} from '../github/reader.ts'

/** A page of the repository's settings. */
export type Page = (setting: string, path: string) => SettingPlace

export const pageOf =
  (web: string): Page =>
  (setting, path) => ({setting, url: `${web}/settings/${path}`})

export interface Looking {
  readonly page: Page
  readonly chart: Chart
}

/** What was read; of the rest it is said that it was not seen. Undefined for what is not there, too. */
export function seen<T>(answer: Answer<T>, what: string, chart: Chart): T | undefined {
  if (answer.kind === 'read') return answer.value
  chart.miss(what, answer.kind === 'unread' ? answer.why : 'GitHub shows none to this token')
  return undefined
}
