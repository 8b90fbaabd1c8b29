/** What people read: foreign text does nothing in it, every answer says what to do next, none begins with a command. */
import {describe, expect, test} from '@jest/globals'
import type {RangeFacts} from '../../issuer/model/facts.ts'
import {emptyState} from '../../issuer/model/state.ts'
import {parseEnvironment, parseReceipt, parseRevocation, printReceipt} from '#protocol'
import {readCheckRuns} from '../../src/action/sources/check-runs.ts'
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
import {renderAllowed, renderBare, renderDenied, renderEscalated} from '../../issuer/publish/render-reply.ts'
import {aRevocation} from '../action/test-issuer.ts'
import {makeKey} from '../protocol/builders.ts'
import {
  type CaseChanges,
  aCase,
  aChange,
  aComparison,
  anUnreadRange,
  aPart,
  aPartBy,
  aPullRequest,
  aRange,
  aStatement,
  decidedAt,
  decision,
  everybody,
  head,
  must,
  otherCommit,
  production,
  receiptFor,
  saidAt,
  seen,
  aStandingDenial,
  aDenial,
  aWork,
  anAllowing,
} from './builders.ts'

const staging = must(parseEnvironment('staging'))
const line = `\`\`\`\n/authorize production ${head}\n\`\`\``

function denied(changes: CaseChanges): string {
  const asked = aCase(changes)
  const ruling = evaluate(asked)
  if (ruling.kind !== 'deny') throw new Error('expected a denial')
  return renderDenied(asked, ruling)
}

function escalated(changes: CaseChanges): string {
  const asked = aCase(changes)
  const ruling = evaluate(asked)
  if (ruling.kind !== 'escalate') throw new Error('expected an escalation')
  return renderEscalated(asked, ruling)
}

const own: CaseChanges = {range: {parts: [aPartBy('octocat')]}}
const unread = anUnreadRange()
const nothing = aRange({
  since: head,
  parts: [],
  size: aComparison({from: head, commits: 0, files: 0, additions: 0, deletions: 0}),
})
const receipt = receiptFor(makeKey())

/** What others can write into a range: logins, and reasons that quote them. */
const nasty = [
  aPart({hands: everybody('see\n\n/authorize production\n# @hubot <img src=x> [a](https://b.example)')}),
  aPart({pullRequests: [{number: 7, author: '@octo-org/all <img src=x>\n/authorize'}], hands: everybody('see')}),
]
const acts = /@\w|<img|(?<!\\)\]\(|https:\/\/|^\/|^#/m

/** One of each text that is sent as a comment. */
const replies: Readonly<Record<string, string>> = {
  allowed: renderAllowed(receipt, aChange()),
  'allowed for the first time': renderAllowed(receipt, aChange({range: aRange({base: 'ground'})})),
  'allowed again': renderAllowed(receipt, aChange({range: nothing})),
  'allowed unread': renderAllowed(receipt, aChange({range: unread})),
  'allowed by its author': renderAllowed(
    receiptFor(makeKey(), {...own, environment: {independence: 'none'}}),
    aChange(),
  ),
  'of one’s own work': escalated(own),
  'of what cannot be read': escalated({range: unread}),
  'of one of three': escalated({environment: {approvals: 3}}),
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
    expect(reply).toContain(
      `3 commits, 5 files (+120 −14) since \`${otherCommit}\`, which was authorized for \`production\` before.`,
    )
    expect(reply).toContain(`[\`${receipt.id}\`](https://countersign.example/v1/receipts/${receipt.id})`)
    expect(reply).toContain('run the deploy job again')
    expect(reply).not.toContain('own work')
  })

  const goesOut = (range: Partial<RangeFacts>): string | undefined =>
    /^- What goes out: (.*)$/m.exec(renderAllowed(receipt, aChange({range: aRange(range)})))?.[1]

  test('says what it is counted from: what was authorized, or the ground beneath the first of it', () => {
    expect(goesOut({})).toBe(
      `3 commits, 5 files (+120 −14) since \`${otherCommit}\`, which was authorized for \`production\` before.`,
    )
    expect(goesOut({base: 'ground'})).toBe(
      `3 commits, 5 files (+120 −14) since \`${otherCommit}\`, which lay beneath the first authorization for \`production\` and is taken as it is.`,
    )
  })

  test('says that nothing is new, and what a roll-back takes back', () => {
    expect(goesOut(nothing)).toBe('nothing new: this commit was authorized for `production` before.')
    expect(goesOut({...nothing, size: aComparison({commits: 0, behind: 1})})).toBe(
      'nothing new: this commit was authorized for `production` before, with 1 commit of the newest taken back.',
    )
    expect(goesOut({size: aComparison({behind: 2})})).toMatch(/^2 commits taken back, 3 commits, 5 files/)
  })

  test('says that it could not be read, with what is known of its size', () => {
    const gap = 'it could not be read to the end, so anybody may have a hand in it.'
    expect(goesOut(unread)).toBe(gap)
    expect(goesOut({...unread, size: aComparison({commits: 1200})})).toBe(`1200 commits, 5 files (+120 −14). ${gap}`)
  })

  test('says so when GitHub cut the list of files', () => {
    expect(goesOut({size: aComparison({files: 300, cut: true})})).toContain(
      '3 commits, at least 300 files (+120 −14 or more)',
    )
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

  test('gives the line beside what only more people overcome', () => {
    const reply = denied({...own, request: {sha: otherCommit}})
    expect(reply).toContain('- #\u200b41 by octocat: one more person. octocat opened #\u200b41.')
    expect(reply).toContain(line)
  })

  test.each<readonly [string, CaseChanges]>([
    ['on a closed pull request', {pullRequest: {state: 'closed'}}],
    ['from a fork', {pullRequest: {head: {sha: head, ref: 'x', repositoryId: null}}, request: {sha: otherCommit}}],
    ['under a denial', {denials: [aStandingDenial()]}],
    ['of one’s own work by e-mail', {...own, standing: {viaEmail: true}}],
  ])('gives no line that would not help: %s', (_, changes) => {
    expect(denied(changes)).not.toContain('/authorize')
  })

  test('lets no foreign text act', () => {
    const reply = denied({
      pullRequest: {base: {ref: '@octo-org/all <img src=x> [a](https://b.example) `x`', repositoryId: 1}},
      range: {parts: nasty},
    })
    expect(reply).toContain('see')
    expect(reply).not.toMatch(acts)
  })
})

describe('the reply to one of too few', () => {
  test('says how many people are needed, what goes out, who counts, until when, and the line', () => {
    expect(escalated(own)).toBe(
      [
        '**Approval recorded for `production`; 1 more person is needed.** No receipt is made yet, and the deploy job stays closed.',
        [
          `- What goes out: 3 commits, 5 files (+120 −14) since \`${otherCommit}\`, which was authorized for \`production\` before.`,
          '- Still needed for #41 by `octocat`: **one more person** (octocat opened #\u200b41).',
        ].join('\n'),
        'Somebody else who may approve, whoever it is, can look at what goes out and comment:',
        line,
        'It counts until 2026-04-03 14:29:58 UTC, and ends when the commit moves.',
      ].join('\n\n'),
    )
  })

  test('says what is missing by pull request, each with its people, and why the words are not enough', () => {
    const parts = [
      aPartBy('octocat'),
      aPart(),
      aPart({pullRequests: [], hands: seen([{id: 583231, login: 'octocat', did: 'pushed to main'}])}),
      aPart({pullRequests: [{number: 44, author: 'ghost'}], hands: everybody('GitHub no longer knows who opened #44')}),
    ]
    expect(escalated({range: {parts}}).match(/^- Still.*/gm)).toEqual([
      '- Still needed for #41 by `octocat`: **one more person** (octocat opened #\u200b41).',
      '- Still needed for 3 commits without a pull request (1111111): **one more person** (octocat pushed to main).',
      '- Still needed for #44 by `ghost`: **one more person** (anybody may have a hand in it: GitHub no longer knows who opened #\u200b44).',
    ])
  })

  test('counts the words that are missing in any case', () => {
    const reply = escalated({environment: {approvals: 3}})
    expect(reply).toContain('2 more people are needed.')
    expect(reply).toContain('- 3 approvals are needed, and 1 person has approved. Ask somebody else who may approve.')
    expect(reply).toContain('- Still needed for #42 by `hubot`: **2 more people without a hand in it**.')
    const again = escalated({environment: {approvals: 2}, range: nothing})
    expect(again).not.toContain('Still needed')
    expect(again).toContain('- What goes out: nothing new')
  })

  test('says of whom one is needed', () => {
    const whoever = 'Somebody else who may approve, whoever it is, can look'
    const without = 'Somebody else who may approve, and had no hand in it, can look'
    expect(escalated(own)).toContain(whoever)
    expect(escalated({...own, environment: {independence: 'strict'}})).toContain(without)
    expect(escalated({environment: {approvals: 2}})).toContain(without)
  })

  test('of merged work does not end with a commit that moves', () => {
    const merged = {pullRequest: {state: 'merged', mergeCommit: head}, change: {mergeReachable: true}} as const
    expect(escalated({...own, ...merged})).toMatch(/It counts until 2026-04-03 14:29:58 UTC\.$/)
    expect(escalated({...own, ...merged, environment: {collect: 3_600_000}})).toMatch(
      /until 2026-04-02 15:29:58 UTC\.$/,
    )
  })

  test('shows ten of many, each once', () => {
    const parts = Array.from({length: 30}, (_, i) => aPartBy('octocat', {number: 100 + Math.floor(i / 2)}))
    const lines = escalated({range: {parts}}).match(/^- (?:Still|And).*/gm) ?? []
    expect(lines).toHaveLength(11)
    expect(lines.at(-1)).toBe('- And 5 more.')
  })

  test('lets no foreign text act', () => {
    const reply = escalated({range: {parts: nasty}})
      .replace(line, '')
      .replace(/`[^`\n]*`/g, '')
    expect(reply).toContain('see')
    expect(reply).not.toMatch(acts)
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
    const denial = aDenial()
    const approval = {decision, sha: head, work: aWork(), binding: 'commit', login: 'octocat', public: true} as const
    const waiting = [
      {...approval, statement: aStatement(), until: decidedAt + 1},
      {...approval, statement: aStatement({pullRequest: 43}), until: decidedAt},
    ]
    const shown = renderStatus(
      [{environment: production, state: {...emptyState, denials: [denial], waiting}}],
      decidedAt,
    )
    expect(shown).toContain(
      'pull request 42, and whatever holds a commit of it: denied by `monalisa` at 2026-04-02 14:30:00 UTC, which stands',
    )
    expect(shown).toContain('pull request 42: 1 of the approvals that are needed')
    expect(shown).not.toContain('43')
  })

  test('status gives live receipts alone, by environment', () => {
    const state = foldScope(emptyState, anAllowing(receipt), decidedAt)
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

  test.each([
    [21, undefined],
    [60, undefined],
    [61, 'a check run holds more than 60 of them'],
    [500, 'a check run holds more than 60 of them'],
  ])(
    'carries %i earlier revocations as far as a gate reads them; of more the gate sees that there are',
    (count, unread) => {
      const revokedBy = {login: 'o'.repeat(64), id: Number.MAX_SAFE_INTEGER}
      const signer = makeKey()
      const revocations = Array.from({length: count}, (_, i) => {
        const id = `rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2${String(i).padStart(3, '0')}`
        const parsed = parseRevocation(JSON.parse(aRevocation(signer, {receipt: id, revokedBy})))
        if (!parsed.ok) throw new Error(parsed.fault)
        return parsed.value
      })
      const {text, summary} = renderCheckRun(receipt, aChange(), revocations)
      // GitHub's limit.
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(65_535)
      const read = readCheckRuns([{text, summary}])
      expect(read).toMatchObject({candidates: [printReceipt(receipt)], unread})
      expect(read.revocations).toHaveLength(Math.min(count, 60))
    },
  )
})
