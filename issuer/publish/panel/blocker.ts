/** What keeps a commit from being authorized, whoever asks: in a few words, and whether it passes without a new commit. */
import {clip, codeSpan} from '../markdown.ts'
import {renderTime} from '../render-change.ts'
import type {ChangeFacts} from '../../model/facts.ts'
import type {Expected} from './panel.ts'

export interface Blocker {
  readonly kind: 'barred' | 'nobody' | 'frozen' | 'checks'
  /** Markdown; says the state first. */
  readonly words: string
}

/** These pass by themselves or by somebody's work elsewhere: the line is good as soon as they do. */
const passes = new Set(['checks-passed', 'not-frozen'])

/** The gravest. */
export function findBlocker(stage: Expected): Blocker | undefined {
  const {obstacles, frozen} = stage
  if (obstacles.some(({rule}) => !passes.has(rule))) return {kind: 'barred', words: '**cannot be authorized** as it is'}
  const missing = countMissing(stage)
  if (missing !== undefined) {
    const words =
      missing.may === 0 ? '**nobody may approve it**' : `**${missing.may} may approve it, of ${stage.needed}**`
    return {kind: 'nobody', words}
  }
  if (frozen !== undefined) {
    return {kind: 'frozen', words: `**frozen** until **${renderTime(frozen.to)}** (${clip(frozen.reason)})`}
  }
  return obstacles.length === 0 ? undefined : {kind: 'checks', words: '**waits for checks**'}
}

/**
 * Where the policy names people alone, it can be counted how many of them had no hand in the change. Undefined where
 * they are enough, or where they cannot be counted: members of teams, and whoever has a permission.
 */
export function countMissing({rules, change, needed}: Expected): {readonly may: number} | undefined {
  const {users, teams, selfApproval} = rules
  if (users.length === 0 || teams.length > 0) return undefined
  const hands = new Set(selfApproval ? [] : contributorsOf(change).map((login) => login.toLowerCase()))
  const may = new Set(users.map((login) => login.toLowerCase()).filter((login) => !hands.has(login))).size
  return may < needed ? {may} : undefined
}

/** Whoever opened it, then whoever pushed. Names on commits are free text, and tell no account. */
export const contributorsOf = ({pullRequest, pushers}: ChangeFacts): readonly string[] => [
  ...new Set([pullRequest.author.login, ...(pushers.kind === 'seen' ? pushers.accounts.map(({login}) => login) : [])]),
]

const shownNames = 10

export function listNames(names: readonly string[]): string {
  const more = names.length - shownNames
  return `${names.slice(0, shownNames).map(codeSpan).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}
