/** Sends a publication to GitHub: check run, reply, reaction, each of them once however often it is asked. */
import {parseRepositoryId, parseRepositoryName} from '#protocol'
import type {Connection, GitHub} from '../github/client.ts'
import {fetchRepository, type OwnerAndRepo, splitName} from '../github/repository.ts'
import {GitHubUnavailable} from '../github/unavailable.ts'
import type {Publication, Publisher} from '../model/publication.ts'
import {type Conversation, fetchPages, isBy, writeComment} from './comments.ts'
import {type CheckRunTools, createCheckRunSender} from './send-check-run.ts'

/** A publication on its way: by whom, and to which repository by its present name. */
export interface Outgoing {
  readonly connection: Connection
  readonly at: OwnerAndRepo
  readonly publication: Publication
}

export type PublisherTools = CheckRunTools & {readonly github: GitHub}

export function createPublisher({github, warn, isRevoked}: PublisherTools): Publisher {
  const sendCheckRuns = createCheckRunSender({github, warn, isRevoked})
  return {
    publish: async (publication, key) => {
      const marker = markerOf(key)
      const connection = github.connect(publication.installation)
      const at = await findRepository(connection, publication)
      if (at === 'gone') {
        warn(`nothing is published about ${publication.repository.name}: another repository has that name now`)
        return
      }
      const parcel = {connection, at, publication}
      // The check run first: a job that somebody re-runs on reading the reply finds it.
      await sendEach([
        () => sendCheckRuns(parcel),
        () => sendReply(parcel, {marker, ownAccount: () => github.ownAccount()}),
        () => sendReaction(parcel),
      ])
    },
  }
}

/** The id is compared before anything is written: the name may lead to a stranger's repository by now (threats A12). */
async function findRepository(connection: Connection, {repository}: Publication): Promise<OwnerAndRepo | 'gone'> {
  const [id, name] = [parseRepositoryId(repository.id), parseRepositoryName(repository.name)]
  if (id === undefined || name === undefined) throw new TypeError('the publication names no repository')
  const found = await fetchRepository(connection, {id, name})
  return found === 'gone' ? found : splitName(found.name)
}

/**
 * What lasts until somebody mends it (a permission, an answer that cannot be used) does not hold up the other parts;
 * what passes by itself does, so that their order holds.
 */
async function sendEach(parts: readonly (() => Promise<void>)[]): Promise<void> {
  const lasting: GitHubUnavailable[] = []
  for (const send of parts) {
    try {
      await send()
    } catch (fault) {
      if (!(fault instanceof GitHubUnavailable) || !['permission', 'unusable'].includes(fault.kind)) throw fault
      lasting.push(fault)
    }
  }
  if (lasting[0] !== undefined) throw lasting[0]
}

/** Stands at the end of each reply, unseen in Markdown, and makes it once. */
function markerOf(key: string): string {
  // A key with `-->` in it would end the comment and show.
  if (!/^[A-Za-z0-9_:.]{1,100}$/.test(key)) throw new TypeError('a publication key is letters, digits and _ : .')
  return `<!-- countersign:${key} -->`
}

interface Mark {
  readonly marker: string
  readonly ownAccount: () => Promise<number>
}

async function sendReply({connection, at, publication}: Outgoing, mark: Mark): Promise<void> {
  const {reply, pullRequest: number, commentId = 0} = publication
  const conversation = {connection, at, number}
  if (reply === undefined || (await isReplied(conversation, commentId, mark))) return
  await writeComment(conversation, `${reply}\n\n${mark.marker}`, 'the reply')
}

/** Looks among the comments after the statement, newest page first. */
async function isReplied(conversation: Conversation, statement: number, {marker, ownAccount}: Mark): Promise<boolean> {
  const own = await ownAccount()
  for await (const comments of fetchPages(conversation, 'last')) {
    const isOurs = comments.some(
      (comment) => isBy(own, comment) && comment.at('body').text().trimEnd().endsWith(marker),
    )
    if (isOurs) return true
    // GitHub lists comments by ascending id, so whatever comes before the statement cannot answer it.
    if (comments.some((comment) => comment.at('id').number() <= statement)) return false
  }
  return false
}

/** The same reaction twice is one on GitHub; to a comment that was deleted there is nothing to react. */
async function sendReaction({connection, at, publication}: Outgoing): Promise<void> {
  const {reaction, commentId} = publication
  if (reaction === undefined || commentId === undefined) return
  await connection.ask('the reaction', (octokit) =>
    octokit.rest.reactions.createForIssueComment({...at, comment_id: commentId, content: reaction}),
  )
}
