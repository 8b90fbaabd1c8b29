/** What a commit would let out, in words; and the line that authorizes it. */
import type {Environment} from '#protocol'
import type {ChangeFacts, Comparison} from '../model/facts.ts'
import {codeSpan, fencedBlock} from './markdown.ts'

/** Everything since the last commit authorized for the environment, not the pull request alone (formats §8). */
export function renderWhatGoesOut({since, size}: ChangeFacts, environment: Environment): string {
  if (since === undefined) {
    return `${renderSize(size)} in this pull request. Nothing was authorized for ${codeSpan(environment)} before, so there is nothing to compare with.`
  }
  if (since.commits === 0 && since.behind === 0) {
    return `nothing new. ${codeSpan(since.from)} is the commit that was authorized for ${codeSpan(environment)} last.`
  }
  return `${renderSize(since)} since ${codeSpan(since.from)}, the last commit authorized for ${codeSpan(environment)}.`
}

function renderSize({commits, behind, files, additions, deletions, cut}: Comparison): string {
  const atLeast = cut ? 'at least ' : ''
  const back = behind === 0 ? '' : `${count(behind, 'commit')} taken back, `
  return `${back}${count(commits, 'commit')}, ${atLeast}${count(files, 'file')} (+${additions} −${deletions}${cut ? ' or more' : ''})`
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`

/** The exact line to copy. It stands in a block, so that no text of ours begins with a command. */
export const renderLine = (environment: Environment, sha: string): string =>
  fencedBlock(`/authorize ${environment} ${sha}`)

/** `2026-04-02 15:30:00 UTC`; for a time that is none, the words for it. */
export function renderTime(ms: number): string {
  const date = new Date(ms)
  return Number.isFinite(date.getTime()) ? `${date.toISOString().slice(0, 19).replace('T', ' ')} UTC` : 'unknown'
}
