/** What is remembered of panels: an item a pull request, and one for each commit that it waited on. */
import {parseCommitSha, parseRepositoryName} from '#protocol'
import {type PanelNote, type PanelNotes, noteSkew} from '../model/panel-notes.ts'
import {integerOf, optionalInteger, repositoryIdOf, textOf} from './item.ts'
import type {Condition, Item, Key, Table, Write} from './table.ts'

/** In the index of what is to be sent, those that are to be written again. */
const dated = 'panels'
/** After its last date a panel is rewritten by what is said, and noted again. */
const keptForSeconds = 90 * 86_400
/** As many as are read at once. */
const mostAwaiting = 100

const panelKey = (repositoryId: number, pullRequest: number): Key => ({
  pk: `panel#${repositoryId}`,
  sk: String(pullRequest),
})
const awaitingKey = (repositoryId: number, commit: string): string => `awaiting#${repositoryId}#${commit}`

export const panelNotesOver = (table: Table): PanelNotes => ({
  keep: async (note) => ((await table.write(writesOf(note))) === 'written' ? 'kept' : 'older'),
  due: async (now, limit) => {
    const found = await table.query({index: 'outbox', hash: dated, range: {upTo: now}, atMost: limit})
    // The index tells which, and may lag: what is kept tells whether it is so.
    const keys = found.map((item) => ({pk: textOf(item, 'pk'), sk: textOf(item, 'sk')}))
    const notes = await readNotes(table, keys)
    return notes.filter(({changesAt}) => changesAt !== undefined && changesAt <= now)
  },
  awaiting: async (repositoryId, commit) => {
    const found = await table.query({hash: awaitingKey(repositoryId, commit), atMost: mostAwaiting})
    const keys = found.map((item) => panelKey(repositoryId, integerOf(item, 'pullRequest')))
    const notes = await readNotes(table, keys)
    return notes
      .filter(({awaits}) => awaits?.commit === commit)
      .sort((a, b) => a.place.pullRequest - b.place.pullRequest)
  },
})

async function readNotes(table: Table, keys: readonly Key[]): Promise<readonly PanelNote[]> {
  if (keys.length === 0) return []
  return (await table.getAll(keys)).flatMap((item) => (item === undefined ? [] : [parseNote(item)]))
}

function writesOf({place, readAt, changesAt, awaits}: PanelNote): readonly Write[] {
  const {repository, installation, pullRequest} = place
  const expires = Math.ceil(Math.max(readAt, changesAt ?? 0) / 1000) + keptForSeconds
  const at = changesAt !== undefined && {outbox: dated, dueAt: changesAt}
  const waits = awaits && {awaited: awaits.commit, checks: JSON.stringify(awaits.checks)}
  const note = {repositoryId: repository.id, repository: repository.name, installation, pullRequest, readAt, expires}
  const put: Write = {put: {...panelKey(repository.id, pullRequest), ...note, ...at, ...waits}, when: isNewer(readAt)}
  if (awaits === undefined) return [put]
  const pk = awaitingKey(repository.id, awaits.commit)
  return [put, {put: {pk, sk: String(pullRequest), pullRequest, expires}}]
}

const isNewer = (readAt: number): Condition => ({
  anyOf: [{absent: true}, {atMost: {readAt}}, {above: {readAt: readAt + noteSkew}}],
})

function parseNote(item: Item): PanelNote {
  const name = parseRepositoryName(item['repository'])
  if (name === undefined) throw new TypeError('the store holds a panel of no repository')
  const commit = parseCommitSha(item['awaited'])
  return {
    place: {
      repository: {id: repositoryIdOf(item), name},
      installation: optionalInteger(item, 'installation'),
      pullRequest: integerOf(item, 'pullRequest'),
    },
    readAt: integerOf(item, 'readAt'),
    changesAt: optionalInteger(item, 'dueAt'),
    // Our own writing: a list of names.
    awaits: commit && {commit, checks: JSON.parse(textOf(item, 'checks')) as string[]},
  }
}
