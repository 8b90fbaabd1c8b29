/** The newest checkpoint in what is sent: the more hands hold one, the less can be rewritten unseen (formats §5). */
import {fencedBlock} from './markdown.ts'
import type {Publication} from '../model/publication.ts'

/** The publication with the signed note at the end of its reply and of each check run's summary. */
export function withCheckpoint(publication: Publication, note: string | undefined): Publication {
  if (note === undefined) return publication
  const {reply, checkRuns} = publication
  return {
    ...publication,
    reply: reply === undefined ? undefined : `${reply}\n\n${renderCheckpoint(note)}`,
    checkRuns: checkRuns?.map((run) => ({...run, summary: `${run.summary}\n\n${renderCheckpoint(note)}`})),
  }
}

const renderCheckpoint = (note: string): string =>
  ['<details><summary>Ledger checkpoint</summary>', fencedBlock(note.trimEnd()), '</details>'].join('\n\n')
