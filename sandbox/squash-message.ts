/** The message of a squashed pull request, as GitHub words it when nobody edits it. */

import {accountOfEmail} from './emails.ts'
import type {CommitInfo} from './git/commits.ts'
import {commitsBetween} from './git/commits.ts'
import type {PullRequest} from './state.ts'
import type {World} from './world.ts'

/** The commits that are squashed, oldest first. Merges bring only what others wrote, so GitHub does not count them. */
export const ownCommits = (pull: PullRequest, base: string): readonly CommitInfo[] =>
  commitsBetween(pull.repository.git.objects, {base, head: pull.head.sha})
    .toReversed()
    .filter(({parents}) => parents.length < 2)

/** A single commit keeps its own title and body; of several each is an item, and a line stands before the trailers. */
export function squashMessage(world: World, pull: PullRequest, base: string): string {
  const commits = ownCommits(pull, base)
  const [only, ...others] = commits
  const single = others.length === 0 ? only : undefined
  const {title, body} = single ? splitMessage(single.message) : {title: pull.title, body: listMessages(commits)}
  const trailers = coAuthors(world, pull, commits).filter((line) => single === undefined || !hasLine(body, line))
  const line = single || trailers.length === 0 ? '' : '---------'
  return [`${title} (#${pull.number})`, body, line, trailers.join('\n')].filter((part) => part !== '').join('\n\n')
}

function splitMessage(message: string): {readonly title: string; readonly body: string} {
  const [title = '', ...rest] = message.split('\n')
  return {title, body: rest.join('\n').trim()}
}

const listMessages = (commits: readonly CommitInfo[]): string =>
  commits.map(({message}) => `* ${message.trim()}`).join('\n\n')

const hasLine = (text: string, line: string): boolean =>
  text.split('\n').some((other) => other.trim().toLowerCase() === line.toLowerCase())

/** Everybody who wrote or is named in one of the commits, once, but the pull request's author. */
function coAuthors(world: World, pull: PullRequest, commits: readonly CommitInfo[]): readonly string[] {
  const people = commits.flatMap(({author, message}) => [`${author.name} <${author.email}>`, ...named(message)])
  const others = people.filter((person) => accountOfEmail(world, addressOf(person)) !== pull.author)
  const byAddress = new Map(others.toReversed().map((person) => [addressOf(person).toLowerCase(), person]))
  return [...byAddress.values()].toReversed().map((person) => `Co-authored-by: ${person}`)
}

const named = (message: string): readonly string[] =>
  [...message.matchAll(/^co-authored-by:[ \t]*(.*<.*>)[ \t]*$/gim)].map(([, person = '']) => person)

const addressOf = (person: string): string => /<([^>]*)>/.exec(person)?.[1] ?? ''
