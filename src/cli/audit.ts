/**
 * `countersign audit`: who authorized what was deployed at a moment, for what, until when, and the proof. The issuer is
 * only asked: whatever it answers is verified here before a word of it is printed as a fact.
 */
import type {Receipt} from '#protocol'
import {walkChain} from './audit/chain.ts'
import {csvLines} from './audit/csv.ts'
import {EarlierReceipts, fetchEarlier} from './audit/earlier.ts'
import {fetchAudit, fetchReceiptKeys, fetchTokenKeys} from './audit/fetch-audit.ts'
import {auditPack} from './audit/in-pack.ts'
import {type JudgedAudit, isVerified, judgeAudit} from './audit/judge.ts'
import type {TrustedKeys, VerifiedRecord} from './audit/judge-record.ts'
import {type AuditOrder, readOrder} from './audit/question.ts'
import {type Findings, complainOfRefusals, report} from './audit/report.ts'
import {cautionsOf, keysInUse} from './audit/sources.ts'
import {type Command, complainOfUsage} from './command.ts'
import {IssuerOutage} from './fetch-issuer.ts'
import {type Terminal, printJson} from './terminal.ts'

const help = `countersign audit --issuer ORIGIN --repository OWNER/NAME --environment NAME [options]

Who authorized what was deployed at a moment, for what, until when, and the proof. The issuer is asked, and everything
that it answers is verified on this machine: each receipt and revocation, the authority token of its decision, the
ledger's entry of both, and its place in the signed ledger. From there the chain of authorizations is walked back, receipt
by receipt, to where it began or is broken.

  --issuer ORIGIN            such as https://countersign.example
  --repository OWNER/NAME    what was deployed
  --environment NAME         where; compared exactly
  --at TIME                  such as 2026-04-02T14:35Z or 2026-04-02T16:35:00+02:00. Default: now
  --pin LINE                 a pinned receipt key, pp_pk_… [until=<time> | revoked]; may be given several times.
                             Without one, those that the issuer publishes are used, and the result says so
  --token-key FILE           the issuer's token key (PEM or JWKS); the word jwks, or nothing: as the issuer shows it
  --ledger-key KEY           the ledger's verifier key, name+id+base64. Without it nothing is said about the ledger
  --auditor-token-file FILE  holds the auditor token csat_…, for repositories that are not public
  --pack FOLDER              instead of an issuer: walks the chain alone, through the receipts of an audit pack, from the
                             newest one of that time. Needs --pin; takes --json, and nobody is asked
  --json                     one JSON object on standard output
  --csv                      one row a receipt (RFC 4180) on standard output

"Deployed" is what a job reported of itself; without such a report the answer is only "authorized at that time".

Exit codes: 0 all that was answered is proven, 1 something is refused or there is no receipt, 2 the command line or a
file is wrong, 3 the issuer did not answer.
`

export const audit: Command = {
  help,
  run: async (words, tools) => {
    if (words.some((word) => /^--pack(?:=|$)/.test(word))) return await auditPack(words, tools)
    const {terminal, now} = tools
    const read = readOrder(words, now)
    if (!read.ok) return complainOfUsage(terminal, 'audit', read.fault)
    try {
      const findings = await ask(read.value, terminal)
      print(findings, {terminal, form: read.value.form})
      return isProven(findings) ? 0 : 1
    } catch (fault) {
      if (!(fault instanceof IssuerOutage)) throw fault
      terminal.complain(`The issuer did not answer: ${fault.message}. Nothing is known about that time.`, 'bad')
      return 3
    }
  },
}

async function ask({question, keys, auditorToken}: AuditOrder, terminal: Terminal): Promise<Findings> {
  const answer = await fetchAudit(question, auditorToken)
  const used: TrustedKeys = {
    receipts: keys.receipts ?? (await fetchReceiptKeys(question.issuer)),
    tokens: keys.tokens ?? (await fetchTokenKeys(question.issuer)),
    ledger: keys.ledger,
  }
  const judged = judgeAudit(answer, {question, answer, keys: used})
  const start = startOfChain(judged)
  const progress = (read: number): void => terminal.showProgress(`Reading earlier receipts: ${read}`)
  const {issuer} = question
  try {
    const chain =
      start &&
      (await walkChain(start, new EarlierReceipts(fetchEarlier(start, {issuer, auditorToken, progress})), used))
    return {question, audit: answer, judged, chain, keys: keysInUse(keys, used)}
  } finally {
    terminal.showProgress('')
  }
}

/** What the answer is about: what was running, else what was authorized, else the newest. */
function startOfChain({faults, running, authorized, records}: JudgedAudit): Receipt | undefined {
  if (faults.length > 0) return undefined
  return (running ?? authorized ?? records.find(isVerified))?.receipt
}

interface Printing {
  readonly terminal: Terminal
  readonly form: AuditOrder['form']
}

function print(findings: Findings, {terminal, form}: Printing): void {
  switch (form) {
    case 'text':
      return report(findings, terminal)
    case 'json':
      return terminal.print(printJson(verdictOf(findings)))
    case 'csv':
      for (const line of csvLines(findings.judged, findings.question)) terminal.printRow(line)
      return complainOfRefusals(findings, terminal)
    default:
      return form satisfies never
  }
}

const isProven = ({judged: {faults, records}, chain}: Pick<Findings, 'judged' | 'chain'>): boolean =>
  faults.length === 0 && records.every(isVerified) && chain?.end.kind !== 'broken'

/** What no signature covers stands under `told`. */
const verdictOf = ({question, audit: answer, judged, chain, keys}: Findings): object => ({
  type: 'countersign.audit-verdict/v1',
  ...question,
  valid: isProven({judged, chain}),
  faults: judged.faults,
  deployed: judged.running?.receipt.id ?? null,
  authorized: judged.authorized?.receipt.id ?? null,
  records: judged.records.map((record) => (isVerified(record) ? printRecord(record) : record)),
  chain: chain === undefined ? null : {receipts: chain.receipts.map(({id}) => id), end: chain.end},
  told: {unauthorized: answer.unauthorized},
  keys,
  cautions: cautionsOf(keys),
})

const printRecord = ({decision, redemption, executions, ...proven}: VerifiedRecord): object => ({
  ...proven,
  decision: decision?.claims ?? null,
  told: {redemption, executions},
})
