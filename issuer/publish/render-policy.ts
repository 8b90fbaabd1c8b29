/** What is wrong with a policy: the one in force, or one that a pull request would bring. */
import type {PolicySource} from '../model/ruling.ts'
import {codeSpan, escapeText} from './markdown.ts'

const shownProblems = 20

const headings = {
  'in force':
    '**Nothing is authorized here now:** the policy on the default branch cannot be used, and every request is refused until it is fixed.',
  proposed:
    '**The policy in this pull request cannot be used.** Once it is on the default branch, every request is refused until it is fixed.',
} as const

export function renderPolicyProblems(
  {path, problems}: Extract<PolicySource, {kind: 'unreadable'}>,
  which: keyof typeof headings,
): string {
  const more = problems.length - shownProblems
  return [
    `${headings[which]} In ${codeSpan(path)}:`,
    [
      ...problems.slice(0, shownProblems).map((problem) => `- ${escapeText(problem)}`),
      ...(more > 0 ? [`- And ${more} more.`] : []),
    ].join('\n'),
  ].join('\n\n')
}
