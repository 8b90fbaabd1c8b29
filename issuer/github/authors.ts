/** Everybody whose name stands on a commit of the pull request: authors, committers, co-authors. */
import type {CommitSha} from '#protocol'
import {type Answer, type Field, shown} from './answer.ts'
import {GitHubUnavailable} from './unavailable.ts'
import type {Place} from './commits.ts'
import type {CommitPerson} from '../model/facts.ts'

/** GitHub lists no more commits of a pull request than this. */
export const maxCommits = 250
const perPage = 100

export interface OwnCommits {
  readonly shas: ReadonlySet<CommitSha>
  readonly people: readonly CommitPerson[]
  /** Those whose signature GitHub did not verify. */
  readonly unsigned: number
}

/** `count` is what the pull request says of itself: a list that does not match was read while it moved. */
export async function fetchOwnCommits(
  place: Place,
  {number, head, count}: {readonly number: number; readonly head: CommitSha; readonly count: number},
): Promise<OwnCommits> {
  const pages = Math.max(1, Math.ceil(count / perPage))
  const asked = Array.from({length: pages}, (_, i) => fetchPage(place, {number, page: i + 1}))
  const commits = (await Promise.all(asked)).flatMap((page) => page.body.list())
  const shas = new Set(commits.map((commit) => commit.at('sha').sha()))
  if (shas.size !== count || (count > 0 && !shas.has(head))) {
    throw new GitHubUnavailable('unusable', 'the pull request moved while its commits were read')
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
