/**
 * `seen-by-others`: every commit that goes out was seen by people without a hand in it, or by one more, whoever they are.
 * What cannot be told costs one more person, never the deploy.
 */
import type {Account, Hand, RangeFacts, RangePart} from '../model/facts.ts'
import type {Case, CollectedApproval, Independence, RatedCase} from '../model/ruling.ts'
import {contributionOf} from './accounts.ts'
import {type Rule, fail, pass} from './rule.ts'

export type Speaker = Pick<Account, 'id' | 'login'>

/** Whoever speaks now, and whoever spoke before; each once. */
export const speakersOf = ({standing, approvals}: Pick<Case, 'standing' | 'approvals'>): readonly Speaker[] => [
  ...new Map([standing.author, ...approvals].map(({id, login}) => [id, {id, login}])).values(),
]

/** What somebody did there, in words; undefined for whoever had no hand in it. */
export function handOf(part: RangePart, {id, login}: Speaker): string | undefined {
  const {hands} = part
  if (hands.kind === 'everybody') return hands.why
  const done = hands.accounts.find((hand) => hand.id === id)?.did
  if (done !== undefined) return done
  const tie = contributionOf({id, login, type: 'User'}, hands.people)
  return tie === undefined ? undefined : `is named on a commit (${tie})`
}

/** Of those who spoke, how many had no hand in it. */
const countOthers = (part: RangePart, speakers: readonly Speaker[]): number =>
  speakers.filter((speaker) => handOf(part, speaker) === undefined).length

export interface Asked {
  readonly range: RangeFacts
  readonly speakers: readonly Speaker[]
  /** How many people without a hand in it. */
  readonly needed: number
}

export interface Missing {
  readonly part: RangePart
  /** The fewest people who can make it whole, and how many of them at least must have no hand in it. */
  readonly people: number
  readonly others: number
}

interface Spoken {
  /** How many people spoke, and how many of them have no hand in it. */
  readonly all: number
  readonly others: number
  readonly needed: number
}

/** How many people without a hand in it, and how many in all, are still missing: the fewer are enough. */
function missingOf({all, others, needed}: Spoken, independence: Independence): Pick<Missing, 'people' | 'others'> {
  if (independence === 'none') return {people: 0, others: 0}
  const [without, anybody] = [needed - others, independence === 'strict' ? Infinity : needed + 1 - all]
  return {people: Math.min(without, anybody), others: anybody <= without ? 0 : without}
}

/** What is still missing, part by part. */
export const findMissing = ({range, speakers, needed}: Asked, independence: Independence): readonly Missing[] =>
  range.parts.flatMap((part) => {
    const others = countOthers(part, speakers)
    const missing = missingOf({all: speakers.length, others, needed}, independence)
    return missing.people > 0 ? [{part, ...missing}] : []
  })

/** How many more people can make it an ALLOW; none, where it needs nobody. */
export const countPeopleMissing = (asked: Asked, independence: Independence): number =>
  Math.max(0, asked.needed - asked.speakers.length, ...findMissing(asked, independence).map(({people}) => people))

/** The words that a receipt carries: the fewest of those found earlier that suffice beside the one in hand, else all. */
export function chooseSufficient(
  asked: RatedCase,
  {found, needed}: {readonly found: readonly CollectedApproval[]; readonly needed: number},
): readonly CollectedApproval[] {
  const {environment, change, standing} = asked
  // Whoever has no hand in a part: looked up once, for there may be a thousand parts and as many choices.
  const others = othersByPart(change.range, speakersOf({...asked, approvals: found}))
  const suffices = (approvals: readonly CollectedApproval[]): boolean => {
    const ids = [standing.author.id, ...approvals.map(({id}) => id)]
    const isEnough = (without: ReadonlySet<number>): boolean => {
      const spoken = {all: ids.length, others: ids.filter((id) => without.has(id)).length, needed}
      return missingOf(spoken, environment.independence).people <= 0
    }
    return ids.length >= needed && others.every(isEnough)
  }
  for (let size = 0; size <= Math.min(needed, found.length); size += 1) {
    const chosen = choices(found, size).find(suffices)
    if (chosen !== undefined) return chosen
  }
  return found.slice(0, mostCollected)
}

/** Each set of people without a hand in a part, once. */
function othersByPart({parts}: RangeFacts, speakers: readonly Speaker[]): readonly ReadonlySet<number>[] {
  const sets = parts.map((part) => speakers.filter((speaker) => handOf(part, speaker) === undefined).map(({id}) => id))
  return [...new Map(sets.map((ids) => [ids.join(), new Set(ids)])).values()]
}

/** A receipt holds six, one of them the word in hand. */
export const mostCollected = 5

/** Every choice of `size`, the earliest first. */
function choices<T>(list: readonly T[], size: number): readonly (readonly T[])[] {
  if (size === 0) return [[]]
  return list.flatMap((first, i) => choices(list.slice(i + 1), size - 1).map((rest) => [first, ...rest]))
}

const plural = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** `approvalsAsked`, which itself looks at no rule. */
type NeededOf = (asked: RatedCase) => number

export const seenByOthers = (neededOf: NeededOf): Rule<RatedCase> => ({
  name: 'seen-by-others',
  evaluate: (asked) => {
    const {change, environment} = asked
    const speakers = speakersOf(asked)
    const needed = neededOf(asked)
    const question = {range: change.range, speakers, needed}
    const missing = findMissing(question, environment.independence)
    if (missing.length > 0) return fail(`${describeMissing(missing)} ${describeHands(change.range, speakers)}`.trim())
    const isUsual = findMissing(question, 'usual').length === 0
    const found = describeHands(change.range, speakers) || describeClean(change.range, speakers)
    if (!isUsual) return pass(`${found} The policy asks for nobody else.`, 'self')
    const isByMore = findMissing(question, 'strict').length > 0
    return pass(isByMore ? `${found} ${speakers.length} people said so.` : found, isByMore ? 'escalated' : undefined)
  },
})

const describeClean = ({parts, since}: RangeFacts, speakers: readonly Speaker[]): string => {
  const commits = parts.reduce((total, part) => total + part.commits.length, 0)
  const names = speakers.map(({login}) => login).join(', ')
  return commits === 0
    ? 'Nothing goes out that was not authorized before.'
    : `${names} had no hand in the ${plural(commits, 'commit')}${since === undefined ? '' : ` since ${since.slice(0, 7)}`}.`
}

/** `octocat opened #41`, for those who spoke. */
function describeHands({parts}: RangeFacts, speakers: readonly Speaker[]): string {
  const unread = parts.flatMap(({hands}) => (hands.kind === 'everybody' ? [hands.why] : []))
  const done = speakers.flatMap((speaker) => {
    const hands = parts.filter(({hands: {kind}}) => kind === 'seen').flatMap((part) => handOf(part, speaker) ?? [])
    return hands.length === 0 ? [] : [`${speaker.login} ${[...new Set(hands)].slice(0, 3).join(', ')}.`]
  })
  return [...done, ...[...new Set(unread)].slice(0, 3).map((why) => `Anybody may have a hand in it: ${why}.`)].join(' ')
}

/** `#41 by octocat: one more person.` */
function describeMissing(missing: readonly Missing[]): string {
  const texts = missing.map(({part, people, others}) => `${describePart(part)}: ${describePeople({people, others})}.`)
  return [...new Set(texts)].slice(0, 5).join(' ')
}

export const describePeople = ({people, others}: Pick<Missing, 'people' | 'others'>): string =>
  `${people === 1 ? 'one more person' : `${people} more people`}${others > 0 ? ' without a hand in it' : ''}`

export function describePart({pullRequests, commits}: RangePart): string {
  const [first, ...more] = pullRequests
  if (first !== undefined) {
    return `#${first.number} by ${first.author}${more.map(({number}) => `, #${number}`).join('')}`
  }
  const [sha] = commits
  return sha === undefined
    ? 'What cannot be read'
    : `${plural(commits.length, 'commit')} without a pull request (${sha.slice(0, 7)})`
}

/** Accounts with a hand in it, in the order in which they come. */
export const contributorsOf = ({parts}: RangeFacts): readonly Hand[] => {
  const hands = parts.flatMap((part) => (part.hands.kind === 'seen' ? part.hands.accounts : []))
  return [...new Map(hands.map((hand) => [hand.id, hand])).values()]
}
