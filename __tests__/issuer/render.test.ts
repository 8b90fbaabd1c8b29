/** What people read: foreign text does nothing in it, every answer says what to do next, none begins with a command. */
import {describe, expect, test} from '@jest/globals'
import {emptyState} from '../../issuer/model/state.ts'
import {parseEnvironment, parseReceipt, printReceipt} from '#protocol'
import {readCommand} from '../../issuer/command/read-command.ts'
import {foldScope} from '../../issuer/mint/fold-scope.ts'
import {builtInPolicy} from '../../issuer/policy/built-in.ts'
import {evaluate, evaluateStanding} from '../../issuer/policy/rules.ts'
import {
  renderGaveUp,
  renderHelp,
  renderNearMiss,
  renderNoStanding,
  renderStatus,
  renderUnnamedEnvironment,
} from '../../issuer/publish/render-answer.ts'
import {renderCheckRun} from '../../issuer/publish/render-check-run.ts'
import {renderAllowed, renderBare, renderDenied} from '../../issuer/publish/render-reply.ts'
import {makeKey} from '../protocol/builders.ts'
import {
  type CaseChanges,
  aCase,
  aChange,
  aComparison,
  aPullRequest,
  aStatement,
  decidedAt,
  decision,
  head,
  must,
  otherCommit,
  production,
  receiptFor,
  saidAt,
} from './builders.ts'

const staging = must(parseEnvironment('staging'))
const line = `\`\`\`\n/authorize production ${head}\n\`\`\``

function denied(changes: CaseChanges): string {
  const asked = aCase(changes)
  const ruling = evaluate(asked)
  if (ruling.kind !== 'deny') throw new Error('expected a denial')
  return renderDenied(asked, ruling)
}

const own: CaseChanges = {pullRequest: {author: {id: 583231, login: 'octocat', type: 'User'}}}
const receipt = receiptFor(makeKey())

/** One of each text that is sent as a comment. */
const replies: Readonly<Record<string, string>> = {
  allowed: renderAllowed(receipt, aChange()),
  'allowed for the first time': renderAllowed(receipt, aChange({since: undefined})),
  'allowed by its author': renderAllowed(receiptFor(makeKey(), {...own, environment: {selfApproval: true}}), aChange()),
  denied: denied({request: {sha: otherCommit}}),
  'denied without a way': denied({pullRequest: {state: 'closed'}}),
  bare: renderBare(production, aChange()),
  'bare on a closed one': renderBare(production, aChange({pullRequest: aPullRequest({state: 'closed'})})),
  'near miss': renderNearMiss('The environment is missing.'),
  help: renderHelp(builtInPolicy),
  unnamed: renderUnnamedEnvironment(must(parseEnvironment('prod')), builtInPolicy),
  'no standing': renderNoStanding(evaluateStanding(aCase({standing: {permission: 'read'}})).outcomes),
  status: renderStatus([{environment: production, state: emptyState}], decidedAt),
  'gave up on GitHub': renderGaveUp('github'),
  'gave up': renderGaveUp('internal'),
}

describe('every reply', () => {
  test.each(Object.entries(replies))('is no command, even when it is sent back whole: %s', (_, reply) => {
    expect(reply).not.toMatch(/^\s*[/>`]/)
    expect(readCommand(reply)).toEqual({kind: 'not-for-us'})
  })

  test.each(Object.entries(replies))('mentions nobody and has no loose ends: %s', (_, reply) => {
    expect(reply).not.toMatch(/@\w|undefined|NaN|\[object|\n{3}|\s$/)
  })
})

describe('the reply to an allow', () => {
  const reply = renderAllowed(receipt, aChange())
  test('says who, what, where, until when, what goes out, which receipt, and what is next', () => {
    expect(reply).toContain('**Authorized for `production`** by `octocat`, until **2026-04-02 15:30:00 UTC**.')
    expect(reply).toContain(`- Commit: \`${head}\``)
    expect(reply).toContain(`3 commits, 5 files (+120 −14) since \`${otherCommit}\`, the last commit authorized`)
    expect(reply).toContain(`[\`${receipt.id}\`](https://countersign.example/v1/receipts/${receipt.id})`)
    expect(reply).toContain('run the deploy job again')
    expect(reply).not.toContain('own work')
  })

  test('gives the pull request’s own size when nothing was authorized before', () => {
    const first = renderAllowed(receipt, aChange({since: undefined}))
    expect(first).toContain('1 commit, 1 file (+4 −0) in this pull request. Nothing was authorized')
  })

  test('says so when GitHub cut the list of files', () => {
    const back = renderAllowed(
      receipt,
      aChange({since: aComparison({commits: 0, behind: 2, files: 0, additions: 0, deletions: 0})}),
    )
    expect(back).toContain('2 commits taken back, 0 commits')
    const cut = renderAllowed(receipt, aChange({since: aComparison({files: 300, cut: true})}))
    expect(cut).toContain('3 commits, at least 300 files (+120 −14 or more)')
  })

  test('says that a receipt for one’s own work is flagged', () => {
    expect(replies['allowed by its author']).toContain('flagged `self`')
  })
})

describe('the reply to a denial', () => {
  test('gives each rule that failed, and none that passed', () => {
    const reply = denied({request: {sha: otherCommit}, standing: {readAt: saidAt + 3_600_000}})
    expect(reply.match(/^- .*/gm)).toEqual([
      expect.stringMatching(`^- The statement names ${otherCommit}`),
      expect.stringMatching(/^- A statement counts for 15 minutes/),
    ])
  })

  test('gives the line to copy where the same person can say it again', () => {
    expect(denied({request: {sha: otherCommit}})).toContain(`To authorize what is there now, comment:\n\n${line}`)
    expect(denied({standing: {readAt: saidAt + 3_600_000}})).toContain(line)
  })

  test('gives the line to somebody else where it is one’s own work', () => {
    expect(denied(own)).toContain(
      `Somebody who may approve, and had no hand in this, can look at the change and comment:\n\n${line}`,
    )
  })

  test.each<readonly [string, CaseChanges]>([
    ['on a closed pull request', {pullRequest: {state: 'closed'}}],
    ['from a fork', {pullRequest: {head: {sha: head, ref: 'x', repositoryId: null}}, request: {sha: otherCommit}}],
    ['with pushers unseen', {change: {pushers: {kind: 'unseen', why: 'x'}}}],
    ['with authors unseen', {change: {authors: {kind: 'unseen', why: 'x'}}}],
  ])('gives no line that would not help: %s', (_, changes) => {
    expect(denied(changes)).not.toContain('/authorize')
  })

  test('lets no foreign text act', () => {
    const reply = denied({
      pullRequest: {base: {ref: '@octo-org/all <img src=x> [a](https://b.example) `x`', repositoryId: 1}},
      change: {pushers: {kind: 'unseen', why: 'see\n\n/authorize production\n# @hubot'}},
    })
    expect(reply).not.toMatch(/@\w|<img|(?<!\\)\]\(|https:\/\/|^\/|^#/m)
  })
})

describe('the reply to the bare form', () => {
  test('is the exact line and what it would let out', () => {
    const reply = renderBare(production, aChange())
    expect(reply).toContain(line)
    expect(reply).toContain('What would go out: 3 commits, 5 files')
    const copied = /```\n(.*)\n```/.exec(reply)?.[1] ?? ''
    expect(readCommand(copied)).toMatchObject({command: {kind: 'authorize', environment: 'production', sha: head}})
  })

  test('gives no line on a closed pull request', () => {
    expect(replies['bare on a closed one']).not.toContain('/authorize')
  })
})

describe('other answers', () => {
  test('a near miss says what is wrong and shows the forms', () => {
    expect(renderNearMiss('The <environment> is missing, @hubot.')).toMatch(
      /^\*\*That was not understood, so nothing was done\.\*\* The &lt;environment&gt; is missing, @\u200bhubot\.[^]*```\n\/authorize <environment> <full commit SHA>\n/,
    )
  })

  test('help and the unnamed environment list what the policy names', () => {
    expect(renderHelp(builtInPolicy)).toContain('Environments here: `production`, `staging`.')
    expect(replies['unnamed']).toContain('no environment `prod`')
    expect(replies['unnamed']).toContain('It names: `production`, `staging`.')
  })

  test('no standing gives the reasons that failed alone', () => {
    expect(replies['no standing']?.match(/^- .*/gm)).toEqual([
      '- octocat has the permission read in this repository, and approving needs write or more. Ask somebody who has it.',
    ])
  })

  test('status tells what was denied and what waits', () => {
    const denial = {pullRequest: 42, by: {id: 9, login: 'monalisa'}, commentId: 1, at: decidedAt, public: true}
    const approval = {decision, sha: head, binding: 'commit', login: 'octocat', public: true} as const
    const waiting = [
      {...approval, statement: aStatement(), until: decidedAt + 1},
      {...approval, statement: aStatement({pullRequest: 43}), until: decidedAt},
    ]
    const shown = renderStatus(
      [{environment: production, state: {...emptyState, denials: [denial], waiting}}],
      decidedAt,
    )
    expect(shown).toContain('pull request 42: denied by `monalisa` at 2026-04-02 14:30:00 UTC, which stands')
    expect(shown).toContain('pull request 42: 1 of the approvals that are needed')
    expect(shown).not.toContain('43')
  })

  test('status gives live receipts alone, by environment', () => {
    const state = foldScope(emptyState, {receipt, public: true}, decidedAt)
    const expiry = state.receipts[0]?.expiresAt ?? NaN
    const shown = renderStatus(
      [
        {environment: production, state},
        {environment: staging, state: emptyState},
      ],
      expiry - 1,
    )
    expect(shown).toContain(
      `- \`production\`:\n  - \`${head}\` (pull request 42) by \`octocat\`, until 2026-04-02 15:30:00 UTC: receipt \`${receipt.id}\``,
    )
    expect(shown).toContain('- `staging`: nothing is authorized now.')
    expect(renderStatus([{environment: production, state}], expiry)).toContain(
      `- \`production\`: nothing is authorized now. The last commit that was: \`${head}\`.`,
    )
    expect(renderStatus([{environment: production, state}], NaN)).toContain('nothing is authorized now')
  })
})

describe('the check run', () => {
  const run = renderCheckRun(receipt, aChange())
  test('carries the receipt in one fenced block, on the commit, under its id', () => {
    const blocks = [...run.text.matchAll(/^```json\n([^]*?)\n```$/gm)]
    expect(blocks).toHaveLength(1)
    expect(blocks[0]?.[1]).toBe(printReceipt(receipt))
    expect(parseReceipt(JSON.parse(blocks[0]?.[1] ?? ''))).toEqual({ok: true, value: receipt})
    expect(run).toMatchObject({
      name: 'countersign / production',
      headSha: head,
      externalId: receipt.id,
      detailsUrl: `https://countersign.example/v1/receipts/${receipt.id}`,
      title: 'Authorized for production by octocat until 2026-04-02 15:30:00 UTC',
    })
    expect(run.summary).toContain('What goes out: 3 commits')
  })
})
