/** Whether the default branch, where policy and workflows stand, is changed by more than one pair of hands. */
import type {Answer} from '../github/reader.ts'
import type {Looking} from './looking.ts'
import type {BranchLayer, Settings} from './settings.ts'

export function lookAtBranch({branch, rulesets, protection}: Settings, {page, chart}: Looking): void {
  const place = page(`Branch ${branch}`, 'rules')
  const layers: readonly BranchLayer[] = [
    ...(rulesets.kind === 'read' ? rulesets.value : []),
    ...(protection.kind === 'read' ? [protection.value] : []),
  ]
  const hidden = [rulesets, protection].flatMap(whyHidden)
  if (hidden.length > 0) chart.miss(`the protection of the branch ${branch}`, [...new Set(hidden)].join('; '))
  // What is not seen may forbid what the rest allows, so only what is seen whole is judged to be lacking.
  const isWhole = hidden.length === 0
  const find = (
    rule: 'branch-unprotected' | 'branch-force-push' | 'author-merges-alone' | 'owners-not-asked',
    what: string,
  ) => {
    if (isWhole) chart.find({rule, place, what})
  }
  if (layers.length === 0) {
    find('branch-unprotected', `No rule holds for the branch ${branch}.`)
    return
  }
  if (!layers.some(({forbidsForcePush}) => forbidsForcePush))
    find('branch-force-push', `${branch} may be force-pushed.`)
  if (Math.max(...layers.map(({approvals}) => approvals)) < 1) {
    find('author-merges-alone', `A pull request into ${branch} needs nobody's approval.`)
  } else if (!layers.some(({asksOwners}) => asksOwners)) {
    find('owners-not-asked', `A pull request into ${branch} does not need the approval of a code owner.`)
  }
  lookAtBypass(layers, {place, isWhole, branch}, chart)
}

/** The same 404 is for a branch without protection and for whoever may not know; only the words are others. */
function whyHidden(answer: Answer): readonly string[] {
  switch (answer.kind) {
    case 'read':
      return []
    case 'unread':
      return [answer.why]
    case 'absent':
      return /^(?:Branch not protected|Upgrade to GitHub)/.test(answer.message) ? [] : ['the token may not read it']
    default:
      return answer satisfies never
  }
}

interface Branch {
  readonly place: ReturnType<Looking['page']>
  readonly isWhole: boolean
  readonly branch: string
}

/** One layer that nobody goes past is enough. */
function lookAtBypass(layers: readonly BranchLayer[], {place, isWhole, branch}: Branch, chart: Looking['chart']): void {
  const answers = layers.map(({bypass}) => bypass)
  if (answers.some((answer) => answer.kind === 'read' && !answer.value)) return
  const hidden = answers.find((answer) => answer.kind === 'unread')
  if (hidden !== undefined) chart.miss(`who may go past the rules of ${branch}`, hidden.why)
  else if (isWhole) chart.find({rule: 'branch-bypass', place, what: `Somebody may go past every rule of ${branch}.`})
}
