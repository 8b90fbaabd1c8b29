/** Denials, in a line: who, of which pull request, when. */
import type {Denial} from '../model/state.ts'
import {codeSpan, escapeText, paragraphs} from './markdown.ts'
import {renderTime} from './render-change.ts'

const shownDenials = 10

export function listDenials(denials: readonly Pick<Denial, 'by' | 'at' | 'pullRequest' | 'isOfAll'>[]): string {
  const shown = denials
    .slice(-shownDenials)
    .map(
      ({by, at, pullRequest, isOfAll = false}) =>
        `${isOfAll ? 'everything' : escapeText(`#${pullRequest}`)} by ${codeSpan(by.login)} at ${renderTime(at)}`,
    )
  const more = denials.length - shown.length
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

export interface DenialsSaid {
  /** Whose denials others lifted by this very statement. */
  readonly overruled: readonly string[]
  /** Those of the environment that meet other work. */
  readonly elsewhere: readonly Denial[]
}

/** What a reply to a decision says of denials besides; undefined when there are none. */
export function renderDenials({overruled, elsewhere}: DenialsSaid): string | undefined {
  const told =
    overruled.length === 0
      ? undefined
      : `${overruled.map(mention).join(', ')}: this was denied by you, and others have authorized it all the same, one person more than otherwise needed. \`/deny\` it again if it must not go out.`
  const others = elsewhere.length === 0 ? undefined : `Denied here besides: ${listDenials(elsewhere)}.`
  return told === undefined && others === undefined ? undefined : paragraphs(told, others)
}

/** A login that GitHub gives is letters, digits and hyphens; anything else notifies nobody. */
const mention = (login: string): string => (/^[A-Za-z0-9-]{1,39}$/.test(login) ? `@${login}` : codeSpan(login))
