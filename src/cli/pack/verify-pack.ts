/** `countersign verify PACK`: a folder that an issuer exported, judged offline and as a whole. */
import {type JudgedFolder, type PackFault, type PackTally, judgeFolder, packPaths} from '#pack'
import type {ExitCode, Tools} from '../command.ts'
import {describeFault} from '../describe-fault.ts'
import type {Facts} from '../verify/facts.ts'
import type {Question} from '../verify/question.ts'
import {type Terminal, printJson} from '../terminal.ts'
import {PackFolder} from './folder.ts'

/** Faults that are told one by one; of a pack that is wrong all over, the rest is counted. */
const mostTold = 50
const pauseMs = 250

export async function verifyPack(path: string, question: Question, tools: Tools): Promise<ExitCode> {
  const {terminal, now} = tools
  const {keys: receipts, tokenKeys: tokens, ledgerKey, evidenceKeys: evidence} = question
  if (receipts === undefined) {
    terminal.complain(`${path}: this is an audit pack: give the pinned keys with --key.`, 'bad')
    return 2
  }
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
  try {
    const folder = new PackFolder(path)
    const judged = await judgeFolder(folder, {keys: {receipts, evidence}, tokens, ledgerKey}, watcher)
    terminal.showProgress('')
    const findings = {path, judged, faults, count, cautions: cautionsOf(judged, question)}
    if (question.isJson) terminal.print(printJson(verdictOf(findings)))
    else tell(findings, terminal)
    return count === 0 ? 0 : 1
  } catch (fault) {
    terminal.showProgress('')
    terminal.complain(`${path}: ${describeFault(fault)}`, 'bad')
    return 2
  }
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
