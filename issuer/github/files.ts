/** The files that go out. */
import {type Field, shown} from './answer.ts'
import {GitHubUnavailable} from './unavailable.ts'
import type {Place} from './commits.ts'
import type {ChangeFacts, FileFacts} from '../model/facts.ts'

export type Files = Pick<ChangeFacts, 'files' | 'filesCut'>

const perPage = 100
/** GitHub lists no more of a comparison, so no more are asked of a pull request either. */
const maxFiles = 300
/** Names are as long as whoever pushes likes, and all of them are kept in the evidence. */
const maxCharacters = 65_536

/** `count` is what the pull request says of itself: a list that does not match was read while it moved. */
export async function fetchOwnFiles(
  {connection, at}: Place,
  {number, count}: {readonly number: number; readonly count: number},
): Promise<Files> {
  const pages = Math.ceil(Math.min(count, maxFiles) / perPage)
  const asked = Array.from({length: pages}, (_, i) =>
    connection.ask("the pull request's files", (octokit) =>
      octokit.rest.pulls.listFiles({...at, pull_number: number, per_page: perPage, page: i + 1}),
    ),
  )
  const answers = await Promise.all(asked)
  const files = answers.flatMap((answer) => shown(answer, 'the pull request').body.list())
  if (files.length !== Math.min(count, maxFiles)) {
    throw new GitHubUnavailable('unusable', 'the pull request moved while its files were read')
  }
  return parseFiles(files, count > maxFiles)
}

/** `cut`: GitHub showed only some of them. */
export function parseFiles(fields: readonly Field[], cut: boolean): Files {
  const files: FileFacts[] = []
  let characters = 0
  for (const field of fields) {
    const file = parseFile(field)
    characters += file.path.length + (file.previous?.length ?? 0)
    if (characters > maxCharacters) return {files, filesCut: true}
    files.push(file)
  }
  return {files, filesCut: cut}
}

const parseFile = (file: Field): FileFacts => ({
  path: file.at('filename').text(),
  previous: file.at('previous_filename').optional()?.text(),
  additions: file.at('additions').number(),
  deletions: file.at('deletions').number(),
})
