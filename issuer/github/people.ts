/** Who had a hand in it: everybody whose name stands on a commit of the pull request, and whoever moved its head branch. */
import {parseCommitSha, type CommitSha} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import {unusable} from './unavailable.ts'
import type {Place} from './commits.ts'
import type {ChangeFacts, CommitPerson} from '../model/facts.ts'

/** GitHub lists no more commits of a pull request than this. */
export const maxCommits = 250
const perPage = 100

export interface OwnCommits {
  readonly shas: ReadonlySet<CommitSha>
  readonly people: readonly CommitPerson[]
  /** Those whose signature GitHub did not verify. */
  readonly unsigned: number
}

/** Authors, committers and co-authors. `count` is what the pull request says of itself: a list that does not match was read while it moved. */
export async function fetchOwnCommits(
  place: Place,
  {number, head, count}: {readonly number: number; readonly head: CommitSha; readonly count: number},
): Promise<OwnCommits> {
  const pages = Math.max(1, Math.ceil(count / perPage))
  const asked = Array.from({length: pages}, (_, i) => fetchPage(place, {number, page: i + 1}))
  const commits = (await Promise.all(asked)).flatMap((page) => page.body.list())
  const shas = new Set(commits.map((commit) => commit.at('sha').sha()))
  if (shas.size !== count || (count > 0 && !shas.has(head))) {
    throw unusable('the pull request moved while its commits were read')
  }
  const unsigned = commits.filter((commit) => !isSigned(commit)).length
  return {shas, people: withoutRepeats(commits.flatMap(peopleOf)), unsigned}
}

const isSigned = (commit: Field): boolean =>
  commit.at('commit').at('verification').optional()?.at('verified').flag() === true

async function fetchPage(
  {connection, at}: Place,
  {number, page}: {readonly number: number; readonly page: number},
): Promise<Answer> {
  const answer = await connection.ask("the pull request's commits", (octokit) =>
    octokit.rest.pulls.listCommits({...at, pull_number: number, per_page: perPage, page}),
  )
  return shown(answer, 'the pull request')
}

function peopleOf(commit: Field): readonly CommitPerson[] {
  const written = commit.at('commit')
  return [
    personOf(written.at('author'), commit.at('author')),
    personOf(written.at('committer'), commit.at('committer')),
    ...coAuthors(written.at('message').text()),
  ].filter((person) => person !== undefined)
}

/** GitHub gives null or an empty object for an address that it maps to no account, and null for an unreadable name. */
function personOf(written: Field, account: Field): CommitPerson | undefined {
  const id = account.optional()?.at('id').optional()?.number()
  const person = written.optional()
  if (person === undefined) return id === undefined ? undefined : {name: '', email: '', id}
  return {name: textOf(person, 'name'), email: textOf(person, 'email'), id}
}

const textOf = (person: Field, member: string): string => person.at(member).optional()?.text() ?? ''

const trailer = 'co-authored-by:'

/** Read from any line of the message, not only its last paragraph: a name can add a refusal, never remove one. */
export function coAuthors(message: string): readonly CommitPerson[] {
  return message
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line.slice(0, trailer.length).toLowerCase() === trailer)
    .map((line) => parseIdentity(line.slice(trailer.length)))
}

/** `Name <address>`; what has no brackets is a name, or an address when it holds an @. */
function parseIdentity(text: string): CommitPerson {
  const open = text.lastIndexOf('<')
  if (open === -1) return {name: text.trim(), email: text.includes('@') ? text.trim() : ''}
  const close = text.indexOf('>', open)
  return {name: text.slice(0, open).trim(), email: text.slice(open + 1, close === -1 ? undefined : close).trim()}
}

function withoutRepeats(people: readonly CommitPerson[]): readonly CommitPerson[] {
  return [...new Map(people.map((person) => [JSON.stringify([person.id, person.name, person.email]), person])).values()]
}

/** Who moved the head branch since it left the base: its moves walked back, from what webhooks and GitHub tell. */
export type Pushers = ChangeFacts['pushers']

/** `actor` is null where GitHub no longer knows who it was. */
interface Move {
  readonly before: string
  readonly after: string
  readonly actor: {readonly id: number; readonly login: string} | null
}

export interface Walk {
  readonly head: CommitSha
  /** Where the branch left the base, when that can be told. */
  readonly mergeBase: CommitSha | undefined
  readonly moves: readonly Move[]
}

/**
 * From the head back through each move that led to a commit where the branch stood, until its creation or the merge
 * base. Every move into such a commit counts, whatever its age, so that moving a branch away and back again hides
 * nobody (threats A35). One that cannot be explained makes the whole unseen.
 */
export function tracePushers({head, mergeBase, moves}: Walk): Pushers {
  const accounts = new Map<number, {id: number; login: string}>()
  const stood = new Set<string>([head])
  for (const sha of stood) {
    if (sha === mergeBase) continue
    const into = moves.filter(({after}) => after === sha)
    if (into.length === 0) return {kind: 'unseen', why: `GitHub does not tell who moved the branch to ${sha}`}
    for (const {before, actor} of into) {
      if (actor === null) return {kind: 'unseen', why: `the account that moved the branch to ${sha} is no more`}
      accounts.set(actor.id, {id: actor.id, login: actor.login})
      if (!isCreation(before)) stood.add(before)
    }
  }
  return {kind: 'seen', accounts: [...accounts.values()]}
}

const isCreation = (before: string): boolean => /^0+$/.test(before)

const maxPages = 5
export const maxMoves = perPage * maxPages

/**
 * GitHub's own list of a branch's moves. All of it, for an early move into a commit counts like a late one. Whether a
 * branch that is gone can still be asked for by its name was never tried on github.com: the repository's list keeps it.
 */
export async function fetchActivity(place: Place, ref: string): Promise<readonly Move[] | 'too-many'> {
  const moves = await fetchMoves(place, {ref, of: 'branch'})
  return moves.length > 0 ? moves : await fetchMoves(place, {ref, of: 'repository'})
}

interface List {
  readonly ref: string
  readonly of: 'branch' | 'repository'
}

async function fetchMoves(place: Place, list: List): Promise<readonly Move[] | 'too-many'> {
  const moves: Move[] = []
  let after: string | undefined
  for (let page = 0; page < maxPages; page += 1) {
    const answer = await fetchActivityPage(place, {...list, after})
    moves.push(
      ...answer.body
        .list()
        .filter((one) => one.at('ref').text() === list.ref)
        .map(parseMove),
    )
    after = answer.pageParameter('next', 'after')
    if (after === undefined) return moves
  }
  return 'too-many'
}

async function fetchActivityPage(
  {connection, at}: Place,
  {ref, of, after}: List & {readonly after: string | undefined},
): Promise<Answer> {
  const narrowed = {...(of === 'branch' && {ref}), ...(after !== undefined && {after})}
  const answer = await connection.ask("the branch's activity", (octokit) =>
    octokit.rest.repos.listActivities({...at, ...narrowed, per_page: perPage}),
  )
  return shown(answer, "the branch's activity")
}

function parseMove(activity: Field): Move {
  const actor = activity.at('actor').optional()
  return {
    before: activity.at('before').parse(parseCommitSha, 'a full commit SHA'),
    after: activity.at('after').parse(parseCommitSha, 'a full commit SHA'),
    actor: actor === undefined ? null : {id: actor.at('id').number(), login: actor.at('login').text()},
  }
}
