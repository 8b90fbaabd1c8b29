/** A commit as GitHub lists it: its parents, and everybody whose name stands on it. */
import type {CommitSha} from '#protocol'
import type {Field} from './answer.ts'
import type {CommitPerson} from '../model/facts.ts'

export interface NamedCommit {
  readonly sha: CommitSha
  readonly parents: readonly CommitSha[]
  readonly author?: CommitPerson | undefined
  readonly committer?: CommitPerson | undefined
  readonly coAuthors: readonly CommitPerson[]
  /** GitHub verified the signature. */
  readonly signed: boolean
  /** Made by a button on GitHub's pages: GitHub is the committer, and signed it. */
  readonly byGitHub: boolean
}

/** GitHub's account for what its own pages commit; its id is another on an Enterprise Server. */
const webFlow = 'web-flow'

export function parseNamedCommit(commit: Field): NamedCommit {
  const written = commit.at('commit')
  const committer = personOf(written.at('committer'), commit.at('committer'))
  const signed = written.at('verification').optional()?.at('verified').flag() === true
  return {
    sha: commit.at('sha').sha(),
    parents: commit
      .at('parents')
      .list()
      .map((parent) => parent.at('sha').sha()),
    author: personOf(written.at('author'), commit.at('author')),
    committer,
    coAuthors: coAuthors(written.at('message').text()),
    signed,
    byGitHub: signed && commit.at('committer').optional()?.at('login').optional()?.text() === webFlow,
  }
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

/** Read from any line of the message, not only its last paragraph: a name can ask for one more person, never for fewer. */
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
