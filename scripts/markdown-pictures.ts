/** What is written on GitHub, as GitHub shows it: a panel and the summary of a refused job, as pages to take pictures of. */
import {readFileSync} from 'node:fs'
import {fileURLToPath} from 'node:url'
import {marked} from 'marked'
import {type CommitSha, parseCommitSha, parseEnvironment, parsePinnedKeys} from '#protocol'
import {
  aComparison,
  aPart,
  aPullRequest,
  aRange,
  decidedAt,
  must,
  production,
  repositoryId,
  repositoryName,
  seen,
} from '../__tests__/issuer/builders.ts'
import {aPanel, aReceipt, aStage, render} from '../__tests__/issuer/panel/builders.ts'
import {aReceipt as aSignedReceipt, expected, makeKey} from '../__tests__/protocol/builders.ts'
import {resultOf} from '../src/action/result.ts'
import {renderSummary} from '../src/action/summary.ts'
import type {ReceiptSource} from '../src/gate/ports.ts'
import {runGate} from '../src/gate.ts'

/** An agent's change to a workflow: one of three approvals for production, staging let out. */
export function panelMarkdown(): string {
  const change = {
    pullRequest: aPullRequest({author: {id: 3, login: 'octo-agent[bot]', type: 'Bot'}}),
    files: [{path: '.github/workflows/deploy.yml', additions: 12, deletions: 3}],
    range: aRange({since: another, size: aComparison({from: another}), parts: [byAgent]}),
  }
  const rules = {approvals: 2, risk: {escalateAt: 0.6, extraApprovals: 1}}
  const state = {
    kind: 'waiting',
    speakers: [{id: 583231, login: 'octocat'}],
    deleted: [],
    until: decidedAt + 3_600_000,
  } as const
  const waiting = aStage({state, change, rules})
  const staging = {...aStage({state: {kind: 'authorized', receipt: aReceipt()}, change}), environment: staged}
  const {place, pullRequest} = aPanel(waiting)
  const source = {kind: 'file', path: '.github/countersign.yml'} as const
  return render({
    place,
    pullRequest,
    subject: {kind: 'change', commit: waiting.change.commit.sha, source, stages: [waiting, staging], more: []},
  })
}

const byAgent = aPart({
  pullRequests: [{number: 42, author: 'octo-agent[bot]'}],
  hands: seen([{id: 3, login: 'octo-agent[bot]', did: 'opened #42'}]),
})
const staged = must(parseEnvironment('staging'))
const another = must(parseCommitSha('7c1e5d90b3a8f2644e0d9c7b1a5f38e26d4b0c91'))

/** A job that deploys another commit than the one whose receipt it finds. */
export const refusalMarkdown = async (): Promise<string> => await summaryOf(another)

/** A job that deploys the commit that its receipt names. */
export const allowedMarkdown = async (): Promise<string> => await summaryOf(must(parseCommitSha(expected.sha)))

async function summaryOf(sha: CommitSha): Promise<string> {
  const key = makeKey()
  const pinned = parsePinnedKeys(key.pin)
  if (!pinned.ok) throw new Error(pinned.fault.join())
  const {text} = aSignedReceipt({scope: {since: another}}, key)
  const deployment = {repository: repositoryName, repositoryId, sha, event: 'push', pullRequest: 42}
  const limits = {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self', 'emergency']} as const
  const wanted = {match: 'commit', checkout: 'verify', wait: 0, redeem: false, maxTtl: 86_400_000} as const
  const gitHub: ReceiptSource = {
    name: 'GitHub',
    find: () => Promise.resolve({candidates: [text]}),
    revocationsOf: () => gitHub,
  }
  const outcome = await runGate(
    {environment: production, deployment, keys: pinned.value, limits, ...wanted},
    {
      sources: [gitHub],
      checkout: {
        inspect: () => Promise.resolve({kind: 'same', unseen: []}),
        readTree: () => Promise.resolve(undefined),
      },
      readTree: () => Promise.resolve({ok: false, fault: 'it is not asked for'}),
      identity: {
        environment: () => Promise.resolve({kind: 'named', environment: production}),
        forgetOutage: () => undefined,
      },
      clock: {now: () => decidedAt, pause: () => Promise.resolve()},
      limit: () => new AbortController().signal,
      progress: () => undefined,
    },
  )
  return renderSummary(resultOf(outcome), 'https://github.com')
}

const styles = fileURLToPath(import.meta.resolve('github-markdown-css/github-markdown.css'))

/** GitHub's own look, in the colours that the reader prefers. */
export async function pageOf(markdown: string): Promise<string> {
  const body = await marked.parse(markdown, {gfm: true})
  return `<!doctype html><meta charset="utf-8"><style>${readFileSync(styles, 'utf8')}
    :root {color-scheme: light dark} body {margin: 0; padding: 24px; font-size: 15px}</style>
    <body class="markdown-body">${body}`
}
