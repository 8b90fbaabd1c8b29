/** The part of the common suite about what is remembered of panels. */
import {expect, test} from '@jest/globals'
import {type CommitSha, parseCommitSha, parseRepositoryName} from '#protocol'
import type {PanelNote} from '../../issuer/model/panel-notes.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {must} from '../issuer/builders.ts'
import {at, repositoryId} from './builders.ts'

const shaOf = (digit: string): CommitSha => must(parseCommitSha(digit.repeat(40)))

const noteOf = (pullRequest: number, overrides: Partial<PanelNote> = {}): PanelNote => ({
  place: {
    repository: {id: repositoryId(1), name: must(parseRepositoryName('octo-org/api-service'))},
    installation: 7,
    pullRequest,
  },
  readAt: at,
  changesAt: at + 1000,
  awaits: {commit: shaOf('a'), checks: ['build', 'test / "unit"']},
  ...overrides,
})

export function testPanels(the: () => Durable): void {
  const keep = async (...notes: readonly PanelNote[]): Promise<readonly string[]> => {
    const results: string[] = []
    for (const note of notes) results.push(await the().panelNotes.keep(note))
    return results
  }
  const due = (now: number, limit = 10) => the().panelNotes.due(now, limit)
  const awaiting = (digit: string) => the().panelNotes.awaiting(repositoryId(1), shaOf(digit))
  const withoutInstallation = (pullRequest: number): PanelNote => {
    const note = noteOf(pullRequest, {awaits: undefined})
    return {...note, place: {...note.place, installation: undefined}}
  }

  test('gives a panel back at its very moment, not before, and as it was noted', async () => {
    await keep(noteOf(1), withoutInstallation(2))
    expect(await due(at + 999)).toEqual([])
    expect(await due(at + 1000)).toEqual([noteOf(1), withoutInstallation(2)])
  })

  test('gives the longest due first, as many as are asked for', async () => {
    await keep(...[3, 1, 2].map((n) => noteOf(n, {changesAt: at + n})), noteOf(4, {changesAt: undefined}))
    expect((await due(at + 10, 2)).map(({place}) => place.pullRequest)).toEqual([1, 2])
    expect(await due(at + 10)).toHaveLength(3)
  })

  test('keeps what was read last: a later date takes the place of an earlier one, and none takes it away', async () => {
    await keep(noteOf(1), noteOf(1, {readAt: at + 1, changesAt: at + 5000}))
    expect(await due(at + 4999)).toEqual([])
    await keep(noteOf(1, {readAt: at + 2, changesAt: undefined}))
    expect(await due(at + 9999)).toEqual([])
  })

  test('is not overwritten by what was read before, which is told so', async () => {
    expect(await keep(noteOf(1, {readAt: at + 2}), noteOf(1, {readAt: at + 1, changesAt: undefined}))).toEqual([
      'kept',
      'older',
    ])
    expect(await due(at + 1000)).toEqual([noteOf(1, {readAt: at + 2})])
  })

  test('is overwritten where it was read under a clock that ran ahead', async () => {
    expect(await keep(noteOf(1, {readAt: at + 60_001}), noteOf(1))).toEqual(['kept', 'kept'])
    expect(await due(at + 1000)).toEqual([noteOf(1)])
  })

  test('finds the panels that wait for checks of a commit, and none that wait no more or elsewhere', async () => {
    const elsewhere = noteOf(4)
    await keep(noteOf(2), noteOf(1), noteOf(3, {awaits: undefined}), {
      ...elsewhere,
      place: {...elsewhere.place, repository: {...elsewhere.place.repository, id: repositoryId(2)}},
    })
    expect(await awaiting('a')).toEqual([noteOf(1), noteOf(2)])
    await keep(noteOf(1, {readAt: at + 1, awaits: {commit: shaOf('b'), checks: ['build']}}))
    await keep(noteOf(2, {readAt: at + 1, awaits: undefined}))
    expect(await awaiting('a')).toEqual([])
    expect((await awaiting('b')).map(({place}) => place.pullRequest)).toEqual([1])
  })
}
