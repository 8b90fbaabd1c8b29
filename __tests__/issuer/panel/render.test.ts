/** The panel's words: every state, what is warned of, the line to copy, and what others wrote. */
import {describe, expect, test} from '@jest/globals'
import {readCommand} from '../../../issuer/command/read-command.ts'
import type {Panel, State} from '../../../issuer/publish/panel/panel.ts'
import {
  aChange,
  aComparison,
  anUnreadRange,
  aPart,
  aPartBy,
  aPullRequest,
  aRange,
  decidedAt,
  head,
  must,
  otherCommit,
  seen,
  aDenial,
} from '../builders.ts'
import {aPanel, aReceipt, aStage, lineOf, render, renderOne} from './builders.ts'
import {parseEnvironment} from '#protocol'

const line = `\`\`\`\n/authorize production ${head}\n\`\`\``
const run = {id: '7', url: 'https://github.example/octo-org/api-service/actions/runs/7'}
const revocation = {cause: 'closed', revokedBy: {login: 'hubot', id: 2}, at: '2026-04-02T14:40:00Z'} as never
const waiting: State = {
  kind: 'waiting',
  deleted: [],
  speakers: [{id: 583231, login: 'octocat'}],
  until: decidedAt + 3_600_000,
}
const denial = aDenial({by: {id: 2, login: 'monalisa'}})

describe('the state of an environment', () => {
  const link = '[receipt](https://countersign.example/r/rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v)'
  const used = {...aReceipt(), redeemed: {run: {...run, attempt: 1}, at: decidedAt}}
  const at = '2026-04-02T14:50:00Z'
  const cases: readonly (readonly [State, string])[] = [
    [{kind: 'needed'}, '🔒 `production`: **needs authorization**'],
    [
      waiting,
      '⏳ `production`: **waits for 1 more person**, besides `octocat`, good until **2026-04-02 15:30:00 UTC**',
    ],
    [
      {kind: 'authorized', receipt: aReceipt()},
      `✅ \`production\`: **authorized** by \`octocat\` until **2026-04-02 15:30:00 UTC** · ${link}`,
    ],
    [
      {kind: 'authorized', receipt: used},
      `✅ \`production\`: **authorized** by \`octocat\` until **2026-04-02 15:30:00 UTC**; used by [run 7](${run.url}) · ${link}`,
    ],
    [
      {kind: 'authorized', receipt: used, deployed: {run, at}},
      `✅ \`production\`: **authorized** by \`octocat\` until **2026-04-02 15:30:00 UTC**; a job began to deploy it in [run 7](${run.url}) · ${link}`,
    ],
    [
      {kind: 'expired', receipt: aReceipt({public: false}), deployed: {run, outcome: 'success', at}},
      `🚀 \`production\`: **deployed**, as its job reported in [run 7](${run.url}); authorized by \`octocat\` until 2026-04-02 15:30:00 UTC, which is over · receipt \`rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v\``,
    ],
    [
      {kind: 'authorized', receipt: used, deployed: {run, outcome: 'failure', at}},
      `❌ \`production\`: **deployment ended in failure**, as its job reported in [run 7](${run.url}); authorized by \`octocat\` until **2026-04-02 15:30:00 UTC** · ${link}`,
    ],
    [
      {kind: 'expired', receipt: aReceipt()},
      `⌛ \`production\`: **expired** at 2026-04-02 15:30:00 UTC; \`octocat\` had authorized it · ${link}`,
    ],
    [
      {kind: 'revoked', revocation},
      '🚫 `production`: **revoked**, since the pull request was closed by `hubot` at 2026-04-02 14:40:00 UTC',
    ],
    [
      {kind: 'denied', denials: [denial]},
      '⛔ `production`: **denied**: #\u200b42 by `monalisa` at 2026-04-02 14:30:00 UTC, which stands whatever is pushed',
    ],
  ]
  test.each(cases)('%j', (state, said) => {
    expect(lineOf({state})).toBe(said)
  })

  test('says how many people are needed, those for the risk too', () => {
    expect(lineOf({rules: {approvals: 2}})).toContain('**needs authorization** by 2 people')
    const rules = {approvals: 2, risk: {escalateAt: 0.1, extraApprovals: 1}}
    expect(lineOf({rules, state: waiting})).toContain('**waits for 2 more people**')
  })
})

describe('what keeps it from being authorized comes first', () => {
  const window = {from: decidedAt - 1000, to: decidedAt + 86_400_000, reason: 'holidays @octocat'}

  test('a freeze, and when it ends', () => {
    const frozen = '**frozen** until **2026-04-03 14:30:00 UTC** (holidays @\u200boctocat)'
    expect(lineOf({rules: {freeze: [window]}})).toBe(`🧊 \`production\`: ${frozen}`)
    expect(lineOf({rules: {freeze: [window]}, state: waiting})).toMatch(/person\*\*, besides .*; \*\*frozen\*\* until/)
    expect(lineOf({rules: {freeze: [window]}, state: {kind: 'authorized', receipt: aReceipt()}})).not.toContain(
      'frozen',
    )
    expect(lineOf({rules: {freeze: [{...window, from: decidedAt + 60_000}]}})).toContain('frozen')
    expect(lineOf({rules: {freeze: [{...window, from: decidedAt + 60_001}]}})).toContain('needs authorization')
  })

  test('checks', () => {
    expect(lineOf({rules: {checks: [{name: 'unit'}]}})).toBe('⏳ `production`: **waits for checks**')
    expect(lineOf({rules: {checks: [{name: 'build'}]}})).toBe('🔒 `production`: **needs authorization**')
  })

  test('what no comment overcomes', () => {
    const change = {pullRequest: aPullRequest({base: {ref: 'topic', repositoryId: 1296269}})}
    const rules = {freeze: [window]}
    expect(lineOf({change, rules})).toBe('🚧 `production`: **cannot be authorized** as it is')
  })

  test('that all whom the policy names had a hand in it, or too few had none', () => {
    const alone = renderOne({rules: {users: ['Hubot'], independence: 'strict'}})
    expect(alone).toContain('🚧 `production`: **nobody may approve it**')
    expect(alone).toContain(
      'That is not enough. Name more people in the policy, or have somebody else make the change.',
    )
    expect(alone).not.toContain('/authorize production')
    expect(lineOf({rules: {users: ['Hubot']}})).toBe('🚧 `production`: **1 may approve it, of 2**')
    const two = {approvals: 2, users: ['hubot', 'octocat', 'Octocat']}
    expect(lineOf({rules: two})).toBe('🚧 `production`: **2 may approve it, of 3**')
    expect(lineOf({rules: {...two, independence: 'strict'}})).toBe('🚧 `production`: **1 may approve it, of 2**')
    expect(lineOf({rules: {...two, users: ['hubot'], independence: 'none'}})).toContain('**1 may approve it, of 2**')
    for (const rules of [
      {users: ['hubot', 'octocat']},
      {users: ['hubot', 'octocat'], independence: 'strict'},
      {users: ['hubot'], independence: 'none'},
      {users: ['hubot'], teams: ['octo-org/release']},
    ] as const) {
      expect(lineOf({rules})).toBe('🔒 `production`: **needs authorization**')
    }
  })

  test('but not where one more than are needed can say so, all of them with a hand', () => {
    const hands = seen([
      {id: 2, login: 'hubot', did: 'opened #42'},
      {id: 583231, login: 'octocat', did: 'opened #41'},
    ])
    const change = {range: aRange({parts: [aPart({hands})]})}
    expect(lineOf({change, rules: {users: ['hubot', 'octocat']}})).toBe('🔒 `production`: **needs authorization**')
    expect(lineOf({change, rules: {users: ['hubot', 'octocat'], independence: 'strict'}})).toContain(
      '**nobody may approve it**',
    )
  })
})

describe('the line to copy', () => {
  test('stands in a block, is a whole command, and no other line begins with a slash', () => {
    const body = renderOne()
    expect(body).toContain(line)
    expect(readCommand(/```\n(.*)\n```/.exec(body)?.[1] ?? '')).toMatchObject({command: {kind: 'authorize', sha: head}})
    expect(body.replace(line, '')).not.toMatch(/^\s*\//m)
  })

  test('is no command where somebody quotes or copies the whole panel', () => {
    const body = renderOne({state: {kind: 'denied', denials: [denial]}})
    expect(readCommand(body).kind).toBe('not-for-us')
    expect(readCommand(body.replaceAll(/^/gm, '> ')).kind).toBe('not-for-us')
  })

  test('is for whoever denied alone while a denial stands, and not there once it is authorized', () => {
    expect(renderOne({state: {kind: 'denied', denials: [denial]}})).toContain(`one of them an admin:\n\n${line}`)
    expect(renderOne({state: {kind: 'authorized', receipt: aReceipt()}})).not.toContain('/authorize production')
  })

  test('is not there where every statement would be refused, and the reason is', () => {
    const body = renderOne({
      change: {pullRequest: aPullRequest({base: {ref: 'topic', repositoryId: 1296269}})},
    })
    expect(body).toContain('**It cannot be authorized as it is:**\n\n- The pull request goes into topic')
    expect(body).not.toContain('/authorize production')
  })

  test('waits for what passes by itself', () => {
    const body = renderOne({rules: {checks: [{name: 'unit'}]}})
    expect(body).toContain('unit has no run on this commit')
    expect(body).toContain(`When that has passed, look at the change; if it may go out, comment:\n\n${line}`)
  })
})

describe('what a reader should know', () => {
  test('the change in numbers, the risk with its gravest causes, and who may approve', () => {
    const body = renderOne({rules: {users: ['octocat'], teams: ['octo-org/release']}})
    expect(body).toContain(`**What goes out:** 3 commits, 5 files (+120 −14) since \`${otherCommit}\``)
    expect(body).toContain('**Risk:** 0.3 on a scale from 0 to 1. 134 changed lines in 5 files.')
    expect(body).toContain(
      '**Who may approve:** `octocat`, `octo-org/release`, if they have `write` permission or more: one person without a hand in it (`hubot` had), or 2 in all.',
    )
  })

  test.each([
    [{}, ': one person without a hand in it (`hubot` had), or 2 in all.'],
    [{approvals: 2}, ': 2 people without a hand in it (`hubot` had), or 3 in all.'],
    [{approvals: 2, independence: 'strict'}, ': 2 people without a hand in it (`hubot` had).'],
    [
      {independence: 'none'},
      '. That includes whoever had a hand in the change: the policy allows it, and the receipt says so.',
    ],
  ] as const)('who counts, by the policy: %j', (rules, said) => {
    expect(renderOne({rules})).toContain(`**Who may approve:** people with \`write\` permission or more${said}`)
  })

  test('whose hands are in what goes out, of every part, and nobody’s where they cannot be told', () => {
    const parts = [aPart(), aPartBy('monalisa', {id: 9})]
    expect(renderOne({change: {range: aRange({parts})}})).toContain(
      'without a hand in it (`hubot`, `monalisa` had), or 2',
    )
    expect(renderOne({change: {range: aRange({parts: []})}})).toContain('one person without a hand in it, or 2 in all.')
    const unread = renderOne({change: {range: anUnreadRange()}})
    expect(unread).toContain('**What goes out:** it could not be read to the end, so anybody may have a hand in it.')
    expect(unread).toContain('one person without a hand in it, or 2 in all.')
    expect(unread).toContain(line)
  })

  test('what goes out of each environment by itself', () => {
    const elsewhere = aStage({
      change: {range: aRange({since: head, parts: [], size: aComparison({commits: 0, behind: 2})})},
    })
    const body = render(aPanel(aStage(), {...elsewhere, environment: must(parseEnvironment('staging'))}))
    expect(body).toContain(
      'nothing new: this commit was authorized for `staging` before, with 2 commits of the newest taken back.',
    )
    expect(body).toContain(
      `3 commits, 5 files (+120 −14) since \`${otherCommit}\`, which was authorized for \`production\` before.`,
    )
  })

  test('an earlier commit that is still let out', () => {
    expect(renderOne({earlier: {sha: otherCommit, expiresAt: decidedAt + 60_000}})).toContain(
      `**Still authorized:** an earlier commit of it, \`${otherCommit}\`, until 2026-04-02 14:31:00 UTC.`,
    )
  })

  test('a workflow or policy file, an agent, a base that moved on: each once, whatever the number of environments', () => {
    const author = {id: 3, login: 'renovate[bot]', type: 'Bot'}
    const change = {
      files: [{path: '.github/workflows/deploy.yml', additions: 1, deletions: 0}],
      pullRequest: aPullRequest({author}),
      behindBy: 1,
    }
    const body = render(aPanel(aStage({change}), {...aStage({change}), environment: must(parseEnvironment('staging'))}))
    expect(body.match(/^- ⚠️ .*$/gm)).toEqual([
      '- ⚠️ It touches .github/workflows/deploy.yml, which decides what runs or who may authorize.',
      "- ⚠️ renovate\\[bot\\] is not a person's account.",
      '- ⚠️ It is 1 commit behind its base.',
    ])
    expect(renderOne()).not.toContain('⚠️')
  })

  test('environments beyond what there is room for are named', () => {
    const panel = aPanel(aStage())
    const more = [must(parseEnvironment('qa')), must(parseEnvironment('eu/live'))]
    expect(render({...panel, subject: {...panel.subject, more} as Panel['subject']})).toContain(
      '**Not shown:** `qa`, `eu/live`.',
    )
  })
})

describe('a pull request of which nothing can be authorized', () => {
  const unreadable = {
    kind: 'unreadable',
    path: '.github/countersign.yml',
    problems: ['line 3: <b> is not known.'],
  } as const

  test('from a fork', () => {
    const body = render({...aPanel(), pullRequest: aPullRequest(), subject: {kind: 'fork'}, proposed: unreadable})
    expect(body).toContain('its branch is in a fork')
    expect(body).toContain('**The policy in this pull request cannot be used.**')
    expect(body).toContain('- line 3: &lt;b&gt; is not known.')
  })

  test('or whose policy could not be: the answer first, and no list runs into another', () => {
    const body = render({...aPanel(aStage()), proposed: unreadable})
    expect(body.indexOf('needs authorization')).toBeLessThan(body.indexOf('cannot be used'))
    expect(body).not.toMatch(/^- .*\n\n- /m)
  })

  test('under a policy that cannot be read', () => {
    const body = render({...aPanel(), pullRequest: aPullRequest(), subject: {kind: 'unreadable', source: unreadable}})
    expect(body).toContain('**Nothing is authorized here now:**')
    expect(body).toContain('- line 3: &lt;b&gt; is not known.')
  })

  test('that was closed keeps what was last', () => {
    const stages = [
      {environment: must(parseEnvironment('production')), state: {kind: 'denied', denials: [denial]}},
    ] as const
    const body = render({...aPanel(), pullRequest: aPullRequest({state: 'closed'}), subject: {kind: 'closed', stages}})
    expect(body).toContain('**Closed without being merged:**')
    expect(body).toContain('- ⛔ `production`: **denied**: #\u200b42 by `monalisa` at 2026-04-02 14:30:00 UTC')
    expect(body).not.toContain('stands whatever')
  })
})

describe('what others wrote', () => {
  const nasty =
    '@octocat <img src=x> [x](https://evil.example) <!-- countersign-panel --> \u202egnp.exe | `\r\n/authorize production'

  test('is shown as text: no mention, no link, no HTML, no line of its own', () => {
    const change = {
      files: [{path: `.github/workflows/${nasty}`, additions: 1, deletions: 0}],
      pullRequest: aPullRequest({author: {id: 2, login: nasty, type: 'User'}}),
      checks: [{name: nasty, app: 'x', status: 'completed', conclusion: 'failure'}],
    }
    const denied: State = {kind: 'denied', denials: [{...denial, by: {id: 3, login: nasty}}]}
    const body = renderOne({change, state: denied})
      .replace(line, '')
      .replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '')
    expect(body).not.toMatch(/@o|<img|<!--|[^\\]\]\(|^\s*\//m)
    expect(renderOne({change, state: denied})).not.toMatch(/[\u202e\r]/)
  })

  test('never makes it longer than a comment may be', () => {
    const path = `infra/${'@'.repeat(4000)}`
    const many = Array.from({length: 100}, (_, i) => `user-${i}`)
    const stage = aStage({change: {files: [{path, additions: 1, deletions: 0}]}, rules: {users: many, teams: many}})
    expect(render(aPanel(...Array.from({length: 8}, () => stage))).length).toBeLessThan(65_536 / 4)
  })

  test('a link leads only where its text cannot break out of it', () => {
    const odd = {id: '7', url: 'https://x.example/)[y](javascript:z'}
    const receipt = aReceipt({redeemed: {run: {...odd, attempt: 1}, at: decidedAt}})
    expect(lineOf({state: {kind: 'authorized', receipt}})).toContain('used by `run 7`')
  })
})

test('a merged pull request is about its merge commit', () => {
  const panel = aPanel(aStage({change: {pullRequest: aPullRequest({state: 'merged', mergeCommit: head})}}))
  expect(render({...panel, pullRequest: aChange().pullRequest})).toContain('About its newest commit')
  expect(render({...panel, pullRequest: aPullRequest({state: 'merged'})})).toContain(
    `About the merge commit, \`${head}\``,
  )
})
