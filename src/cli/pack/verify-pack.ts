/** `countersign verify PACK`: a folder that an issuer exported, judged offline and as a whole. */
import {type JudgedFolder, type PackFault, type PackTally, judgeFolder, packPaths} from '#pack'
import type {PinnedKeys} from '#protocol'
import type {ExitCode, Tools} from '../command.ts'
import {describeFault} from '../describe-fault.ts'
import type {Facts} from '../verify/facts.ts'
import type {Question} from '../verify/question.ts'
import type {Verdict} from '../verify/verdict.ts'
import {type Terminal, printJson} from '../terminal.ts'
import {PackFolder} from './folder.ts'

/** Faults that are told one by one; of a pack that is wrong all over, the rest is counted. */
const mostTold = 50
const pauseMs = 250

export async function verifyPack(path: string, question: Question, tools: Tools): Promise<Verdict> {
  const {terminal} = tools
  const told = (say: () => ExitCode): Verdict => ({kind: 'pack', tell: say})
  const complain = (problem: string): Verdict =>
    told(() => {
      terminal.complain(`${path}: ${problem}`, 'bad')
      return 2
    })
  const {keys} = question
  if (keys === undefined) return complain('this is an audit pack: give the pinned keys with --key.')
  try {
    const findings = await findIn(path, {...question, keys}, tools)
    return told(() => {
      if (question.isJson) terminal.print(printJson(verdictOf(findings)))
      else tell(findings, terminal)
      return findings.count === 0 ? 0 : 1
    })
  } catch (fault) {
    return complain(describeFault(fault))
  } finally {
    terminal.showProgress('')
  }
}

type PinnedQuestion = Question & {readonly keys: PinnedKeys}

async function findIn(path: string, question: PinnedQuestion, {terminal, now}: Tools): Promise<Findings> {
  const {keys: receipts, tokenKeys: tokens, ledgerKey, evidenceKeys: evidence} = question
  const faults: PackFault[] = []
  let count = 0
  let next = now() + pauseMs
  const watcher = {
    onFault: (fault: PackFault) => {
      count += 1
      if (faults.length < mostTold) faults.push(fault)
    },
    onStep: (what: string) => {
      if (now() < next) return
      terminal.showProgress(`${path}: ${what}`)
      next = now() + pauseMs
    },
  }
  const judged = await judgeFolder(new PackFolder(path), {keys: {receipts, evidence}, tokens, ledgerKey}, watcher)
  return {path, judged, faults, count, cautions: cautionsOf(judged, question)}
}

interface Findings {
  readonly path: string
  readonly judged: JudgedFolder
  /** The first of them. */
  readonly faults: readonly PackFault[]
  readonly count: number
  readonly cautions: readonly string[]
}

const verdictOf = ({path, judged, faults, count, cautions}: Findings): object => ({
  type: 'countersign.verdict/v1',
  file: path,
  kind: 'pack',
  valid: count === 0,
  ...(faults[0] === undefined ? {} : {code: faults[0].code, reason: faults[0].reason, fix: faults[0].fix}),
  faults,
  faultCount: count,
  pack: judged.head ?? null,
  files: judged.files,
  counts: judged.tally ?? null,
  anchored: (judged.end?.chain?.anchored ?? 'none') !== 'none',
  cautions,
})

function tell({path, judged, faults, count, cautions}: Findings, terminal: Terminal): void {
  if (count === 0) terminal.print(`${path}: valid pack`, 'good')
  else terminal.complain(`${path}: refused pack (${faults[0]?.code ?? ''})`, 'bad')
  for (const {where, code, reason, fix} of faults) {
    terminal.complain(`  ${where}: ${code}`, 'bad')
    terminal.complain(`    ${reason}`)
    terminal.complain(`    ${fix}`, 'faint')
  }
  if (count > faults.length) terminal.complain(`  and ${count - faults.length} more`, 'bad')
  for (const [name, value] of factsOf(judged)) terminal.print(`  ${name.padEnd(14)} ${value}`)
  for (const caution of count === 0 ? cautions : []) terminal.print(`  ${caution}`, 'faint')
}

function factsOf({head, tally, files}: JudgedFolder): Facts {
  if (head === undefined || tally === undefined) return []
  const {receipts, tokens, bundles, bundlesUnsealed, redacted, revocations, runs, policies, entries, masked} = tally
  return [
    ['period', `${head.from} to ${head.to}`],
    ['repository', head.repository ?? 'all'],
    ['files', `${files} of the manifest`],
    ['entries', `${entries} (${masked} masked)`],
    ['receipts', String(receipts)],
    ['tokens', String(tokens)],
    ['evidence', `${bundles} bundles (${redacted} sections redacted, MAC of ${bundles - bundlesUnsealed} checked)`],
    ['revocations', String(revocations)],
    ['reports', `${runs} of jobs, covered by no signature`],
    ['policies', String(policies)],
  ]
}

/** What the verdict does not say. */
function cautionsOf({head, tally, end}: JudgedFolder, {tokenKeys, ledgerKey}: Question): readonly string[] {
  if (head === undefined || tally === undefined || end === undefined) return []
  return [
    ...(ledgerKey === undefined
      ? ['No ledger key is given (--ledger-key): that nothing was left out or rewritten is not shown.']
      : []),
    ...(tokenKeys === undefined && tally.tokens > 0
      ? [`The token keys are those of the pack itself (${packPaths.jwks}): --jwks or --public-key gives others.`]
      : []),
    ...(tally.bundlesUnsealed > 0
      ? [`The MAC of ${tally.bundlesUnsealed} bundles is not checked (--evidence-keys): their digests are.`]
      : []),
    ...(end.isOpen ? ["The period reaches past the ledger's signed end: what came after is not in the pack."] : []),
    ...countedCautions(tally, {head, isHidden: end.isHidden}),
    'What happened to a receipt after the period is not in the pack.',
    `${packPaths.page} is signed by nobody, and only compared with the manifest: this verdict does not speak for it.`,
  ]
}

function countedCautions(
  {masked, withheld, keySetsUnpinned}: PackTally,
  {head, isHidden}: {readonly head: NonNullable<JudgedFolder['head']>; readonly isHidden: boolean},
): readonly string[] {
  return [
    ...(masked > 0 ? [`${masked} entries are masked: whose they are is the word of whoever made the pack.`] : []),
    ...(isHidden ? ['An end of the period is masked: that nothing was cut off there is not shown.'] : []),
    ...(withheld > 0
      ? [`${withheld} documents are not in the pack, whose maker was not shown: ${head.without.join(', ')}.`]
      : []),
    ...(keySetsUnpinned > 0 ? [`${keySetsUnpinned} key sets are signed by keys that are not pinned.`] : []),
  ]
}
