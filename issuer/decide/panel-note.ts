/** What is remembered of a panel: when time alone changes its text, and which checks do. */
import type {Expected, Panel, Stage} from '../publish/panel/panel.ts'
import type {PanelNote} from '../model/panel-notes.ts'

/** `readAt` is when its reading began; milliseconds. */
export function noteOf({place, subject}: Panel, readAt: number): PanelNote {
  switch (subject.kind) {
    case 'fork':
    case 'unreadable':
      return {place, readAt}
    case 'closed':
      return {place, readAt, changesAt: earliest(subject.stages.flatMap(datesOf), readAt)}
    case 'change': {
      const {stages, change} = subject
      const checks = stages.filter(isOpen).flatMap(({rules}) => rules.checks.map(({name}) => name))
      const awaits = checks.length === 0 ? undefined : {commit: change.commit.sha, checks: [...new Set(checks)]}
      return {place, readAt, changesAt: earliest(stages.flatMap(datesOfExpected), readAt), awaits}
    }
    default:
      return subject satisfies never
  }
}

/** Of what is let out already, the panel says no more than that. */
const isOpen = ({state}: Stage): boolean => state.kind !== 'authorized'

/** Milliseconds; those that are over change nothing any more. Positive comparisons: NaN is no date. */
function earliest(dates: readonly number[], after: number): number | undefined {
  const coming = dates.filter((date) => date > after)
  return coming.length === 0 ? undefined : Math.min(...coming)
}

function datesOf({state}: Stage): readonly number[] {
  if (state.kind === 'authorized') return [state.receipt.expiresAt]
  return state.kind === 'waiting' ? [state.until] : []
}

const datesOfExpected = (stage: Expected): readonly number[] =>
  isOpen(stage)
    ? [
        ...datesOf(stage),
        ...(stage.earlier === undefined ? [] : [stage.earlier.expiresAt]),
        ...stage.rules.freeze.flatMap(({from, to}) => [from, to]),
      ]
    : datesOf(stage)
