/** `countersign verify`: tells each document's kind apart, asks its verifier, and prints what was found. */
import {existsSync} from 'node:fs'
import {join} from 'node:path'
import {packPaths} from '#pack'
import {type Question, readQuestion} from './verify/question.ts'
import {type Command, type ExitCode, type Tools, complainOfUsage} from './command.ts'
import {findUseless} from './verify/uses.ts'
import type {Verdict} from './verify/verdict.ts'
import {describeFault} from './describe-fault.ts'
import {type Judgement, judge} from './verify/judge.ts'
import {openDocument} from './verify/document.ts'
import {printJson} from './terminal.ts'
import {verifyPack} from './pack/verify-pack.ts'

const help = `countersign verify FILE… [options]     (- for standard input)

What a file is, is told from its content: a receipt, its in-toto attestation, an authority token, an evidence bundle, a
revocation, a checkpoint, or a part of a ledger (NDJSON, of any length). A folder is an audit pack, as countersign export
and countersign-issuer export write it. Nothing is asked of the network.

  --key LINE             a pinned receipt key, pp_pk_… [until=<time> | revoked]; may be given several times.
                         Needed for receipts, attestations and revocations
  --jwks FILE            the issuer's /.well-known/jwks.json, or
  --public-key FILE      its token key as PEM. One of the two is needed for tokens; of a pack its own is used
  --hmac-key-file FILE   the evidence bundle's own key: 64 hex digits, or 32 bytes. Needed for evidence
  --evidence-keys FILE   of a pack's bundles: a line a bundle, its id, a space and 64 hex digits. Others are compared by
                         their digests alone
  --ledger-key KEY       the ledger's verifier key, name+id+base64. Needed for checkpoints; without it
                         nobody sees what was left out of a pack
  --checkpoint FILE      with --ledger-key: the checkpoint that a ledger's file must match
  --at TIME              judge receipts and tokens as of a time such as 2026-04-02T14:35Z or
                         2026-04-02T16:35:00+02:00, or of their own time: issued. Default: now
  --json                 one JSON object a file on standard output

An option that is of no use for any of the files, or not for a pack among them, is a mistake: then nothing is judged.

Exit codes: 0 all are valid, 1 at least one is refused, 2 the command line or a file is wrong.
`

export const verifyFiles: Command = {
  help,
  run: async (words, tools) => {
    const read = readQuestion(words, tools.now)
    if (!read.ok) return complainOfUsage(tools.terminal, 'verify', read.fault)
    const {files, question} = read.value
    const verdicts: Verdict[] = []
    for (const file of files) verdicts.push(await verifyFile(file, question, tools))
    const kinds = verdicts.map(({kind}) => kind)
    // Of what could not be told, nobody knows what it needs; and nothing of it comes out as valid.
    const useless = kinds.every((kind) => kind !== undefined) ? findUseless(question.given, kinds) : []
    if (useless.length > 0) return complainOfUsage(tools.terminal, 'verify', useless)
    return verdicts.map(({tell}) => tell()).reduce((worst, code) => (code > worst ? code : worst), 0)
  },
}

async function verifyFile(file: string, question: Question, tools: Tools): Promise<Verdict> {
  if (isPack(file)) return await verifyPack(file, question, tools)
  const {terminal} = tools
  const document = openDocument(file, tools)
  try {
    const judgement = await judge(document, question)
    terminal.showProgress('')
    const kind = judgement.kind === 'document' ? undefined : judgement.kind
    const show = question.isJson ? printVerdict : tell
    return {kind, tell: () => show(file, judgement, tools)}
  } catch (fault) {
    terminal.showProgress('')
    return complainOf(file, describeFault(fault), tools)
  }
}

function complainOf(file: string, problem: string, {terminal}: Tools): Verdict {
  const say = (): ExitCode => {
    terminal.complain(`${file}: ${problem}`, 'bad')
    return 2
  }
  return {kind: undefined, tell: say}
}

/** A folder without a manifest is told what it is where it is read as a file. */
const isPack = (file: string): boolean => file !== '-' && existsSync(join(file, packPaths.manifest))

function tell(file: string, judgement: Judgement, {terminal}: Tools): ExitCode {
  switch (judgement.outcome) {
    case 'valid': {
      terminal.print(`${file}: valid ${judgement.kind}`, 'good')
      for (const [name, value] of judgement.facts) terminal.print(`  ${name.padEnd(14)} ${value}`)
      for (const caution of judgement.cautions) terminal.print(`  ${caution}`, 'faint')
      return 0
    }
    case 'refused': {
      terminal.complain(`${file}: refused ${judgement.kind} (${judgement.code})`, 'bad')
      terminal.complain(`  ${judgement.reason}`)
      terminal.complain(`  ${judgement.fix}`, 'faint')
      return 1
    }
    case 'unasked': {
      terminal.complain(`${file}: ${judgement.problem}`, 'bad')
      return 2
    }
    default:
      return judgement satisfies never
  }
}

function printVerdict(file: string, judgement: Judgement, {terminal}: Tools): ExitCode {
  const head = {type: 'countersign.verdict/v1', file, kind: judgement.kind}
  switch (judgement.outcome) {
    case 'valid': {
      terminal.print(printJson({...head, ...judgement.result, cautions: judgement.cautions}))
      return 0
    }
    case 'refused': {
      const {code, reason, fix} = judgement
      terminal.print(printJson({...head, valid: false, code, reason, fix}))
      return 1
    }
    case 'unasked': {
      terminal.complain(`${file}: ${judgement.problem}`, 'bad')
      return 2
    }
    default:
      return judgement satisfies never
  }
}
