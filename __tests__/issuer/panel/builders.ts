/** Panels for the tests of how one is rendered: a whole one, of which each test changes one thing. */
import {parseReceiptId} from '#protocol'
import {forecast} from '../../../issuer/policy/forecast.ts'
import type {EnvironmentPolicy} from '../../../issuer/model/ruling.ts'
import type {Expected, Panel, State} from '../../../issuer/publish/panel/panel.ts'
import {renderPanel} from '../../../issuer/publish/panel/render-panel.ts'
import type {ChangeFacts} from '../../../issuer/model/facts.ts'
import type {LiveReceipt} from '../../../issuer/model/state.ts'
import {
  aCase,
  aChange,
  aPullRequest,
  aStatement,
  aWork,
  decidedAt,
  head,
  must,
  origin,
  production,
} from '../builders.ts'

export const aReceipt = (overrides: Partial<LiveReceipt> = {}): LiveReceipt => ({
  id: must(parseReceiptId('rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v')),
  sha: head,
  ...aWork(),
  authorizedBy: 'octocat',
  by: {at: decidedAt, commentId: 99262140},
  since: decidedAt,
  comments: [99262140],
  approvers: [583231],
  expiresAt: decidedAt + 3_600_000,
  public: true,
  ...overrides,
})

export interface StageChanges {
  readonly state?: State
  readonly change?: Partial<ChangeFacts>
  readonly rules?: Partial<EnvironmentPolicy>
  readonly earlier?: Expected['earlier']
  readonly elsewhere?: Expected['elsewhere']
}

/** Production, with the risk and the obstacles that the rules really find. */
export function aStage({
  state = {kind: 'needed'},
  change: changed,
  rules,
  earlier,
  elsewhere = [],
}: StageChanges = {}): Expected {
  const {environment, policy, source} = aCase(rules === undefined ? {} : {environment: rules})
  const change = aChange(changed)
  const prospect = forecast({request: {environment: production}, change, policy, source, environment}, decidedAt)
  return {environment: production, state, change, rules: environment, earlier, elsewhere, ...prospect}
}

export const aPanel = (...stages: readonly Expected[]): Panel => ({
  place: aStatement(),
  pullRequest: aPullRequest(),
  subject: {kind: 'change', commit: head, source: {kind: 'built-in'}, stages, more: []},
})

export const render = (panel: Panel): string => renderPanel(panel, origin)
/** The panel of one environment. */
export const renderOne = (changes: StageChanges = {}): string => render(aPanel(aStage(changes)))
/** What the list above says of it. */
export const lineOf = (changes: StageChanges = {}): string =>
  /^- (.*`production`.*)$/m.exec(renderOne(changes))?.[1] ?? ''
