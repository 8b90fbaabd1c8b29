/** What is wrong with a policy that a pull request would bring. */
import type {PolicySource} from '../policy/ruling.ts'
import {codeSpan, escapeText} from './markdown.ts'

const shownProblems = 20

export function renderPolicyProblems({path, problems}: Extract<PolicySource, {kind: 'unreadable'}>): string {
  const more = problems.length - shownProblems
  return [
    `**The policy in this pull request cannot be used.** Once it is on the default branch, every request is refused until it is mended. In ${codeSpan(path)}:`,
    [
      ...problems.slice(0, shownProblems).map((problem) => `- ${escapeText(problem)}`),
      ...(more > 0 ? [`- And ${more} more.`] : []),
    ].join('\n'),
  ].join('\n\n')
}
