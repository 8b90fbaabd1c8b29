/**
 * Looks whether what is shown to everybody is still public. Webhooks and whatever else is read say so too, and sooner; this
 * is for repositories of which nothing is heard (threats A70).
 */
import type {VisibilitySource} from '../github/visibility.ts'
import type {Log} from '../model/log.ts'
import type {SeenRepository, Visibility} from '../model/visibility.ts'

export interface LookTools {
  readonly visibility: Visibility
  readonly shown: VisibilitySource
  readonly log: Log
  /** Milliseconds. */
  readonly now: () => number
}

/** With the minute between two rounds, nothing is shown that was not public two minutes ago. */
export const lookEveryMs = 60_000

/** One installation that GitHub tells nothing of holds up no other; it is asked again in the next round. */
export async function lookAtShown({visibility, shown, log, now}: LookTools): Promise<void> {
  const due = await visibility.toLookAt(now() - lookEveryMs / 2)
  for (const [installation, repositories] of groupByInstallation(due)) {
    const at = now()
    try {
      for (const one of await shown.fetchShown(installation, repositories)) {
        await visibility.note({...one, installation, at})
      }
    } catch (fault) {
      log.warn({err: fault, installation}, 'whether repositories are still public cannot be told now')
    }
  }
}

function groupByInstallation(due: readonly SeenRepository[]): Map<number | undefined, readonly SeenRepository[]> {
  const groups = new Map<number | undefined, SeenRepository[]>()
  for (const one of due) groups.set(one.installation, [...(groups.get(one.installation) ?? []), one])
  return groups
}
