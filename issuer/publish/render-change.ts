/** What a commit would let out, in words; and the line that authorizes it. */
import type {Environment} from '#protocol'
import type {ChangeFacts, Comparison} from '../model/facts.ts'
import {codeSpan, fencedBlock} from './markdown.ts'

/** What the commit brings over its base, not the pull request alone (formats §8). */
export function renderWhatGoesOut(
  {range, commit}: Pick<ChangeFacts, 'range' | 'commit'>,
  environment: Environment,
): string {
  const {base, since, size} = range
  if (base === 'none' || since === undefined) {
    return `${size.commits === 0 ? '' : `${renderSize(size)}. `}it could not be read to the end, so anybody may have a hand in it.`
  }
  if (since === commit.sha) {
    const back = size.behind === 0 ? '' : `, with ${count(size.behind, 'commit')} of the newest taken back`
    return `nothing new: this commit was authorized for ${codeSpan(environment)} before${back}.`
  }
  return base === 'ground'
    ? `${renderSize(size)} since ${codeSpan(size.from)}, which lay beneath the first authorization for ${codeSpan(environment)} and is taken as it is.`
    : `${renderSize(size)} since ${codeSpan(size.from)}, which was authorized for ${codeSpan(environment)} before.`
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
