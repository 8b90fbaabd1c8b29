/** Who is needed still, pull request by pull request, and why those who spoke are not enough. */
import type {RangePart} from '../model/facts.ts'
import type {EnvironmentPolicy} from '../model/ruling.ts'
import {type Asked, type Missing, describePart, describePeople, findMissing, handOf} from '../policy/independence.ts'
import {codeSpan, escapeText} from './markdown.ts'

const shownParts = 10

/** Lines of a list; none where nothing is missing. */
export function renderMissing(asked: Asked, independence: EnvironmentPolicy['independence']): readonly string[] {
  const lines = [...new Set(findMissing(asked, independence).map((one) => renderOne(one, asked)))]
  const more = lines.length - shownParts
  return [...lines.slice(0, shownParts), ...(more > 0 ? [`- And ${more} more.`] : [])]
}

function renderOne({part, ...people}: Missing, {speakers}: Asked): string {
  const hands =
    part.hands.kind === 'everybody'
      ? [`anybody may have a hand in it: ${part.hands.why}`]
      : speakers.flatMap((speaker) => {
          const hand = handOf(part, speaker)
          return hand === undefined ? [] : [`${speaker.login} ${hand}`]
        })
  const because = hands.length === 0 ? '' : ` (${escapeText(hands.join('; '))})`
  return `- Still needed for ${renderPart(part)}: **${describePeople(people)}**${because}.`
}

/** GitHub makes links of the numbers. */
const renderPart = (part: RangePart): string =>
  part.pullRequests.length === 0
    ? escapeText(describePart(part))
    : part.pullRequests.map(({number, author}) => `#${number} by ${codeSpan(author)}`).join(', ')
