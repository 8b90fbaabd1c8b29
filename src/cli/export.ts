/** `countersign export`: what an issuer decided in a period, as a folder that verifies without it. */
import {type PackHead, type PackSink, type WrittenPack, writePack} from '#pack'
import {type Origin, momentForm, parseDayOrMoment, parseOrigin} from '#protocol'
import {type CommandLine, readWords} from './arguments.ts'
import {readAuditorToken} from './audit/question.ts'
import {type Command, type Tools, complainOfUsage} from './command.ts'
import {describeFault} from './describe-fault.ts'
import {openIssuerSource} from './export/issuer-source.ts'
import {IssuerOutage} from './fetch-issuer.ts'
import {pageAssets} from '#pack/page'
import {PackFolder} from './pack/folder.ts'

const help = `countersign export --issuer ORIGIN --auditor-token-file FILE --from TIME --to TIME --out FOLDER

Asks the issuer for everything that it decided in a period, and writes it as an audit pack: receipts, authority tokens,
evidence, policies, revocations, what jobs reported, key sets, the part of the ledger with its proofs, an index, and a
page that verifies it in a browser. It is the pack that the operator exports, of the repositories that the token may read.
Nothing is judged here: countersign verify FOLDER does that, offline.

  --issuer ORIGIN            such as https://countersign.example
  --auditor-token-file FILE  holds the auditor token csat_…
  --from TIME                a day such as 2026-04-01 (its beginning, in UTC), or a time such as
                             2026-04-01T08:00Z or 2026-04-01T10:00:00+02:00
  --to TIME                  the same; the period ends before it
  --out FOLDER               is made; nothing may be in it yet

Exit codes: 0 written, 2 the command line or a file is wrong, 3 the issuer did not answer; what was written by then is
no whole pack, and countersign verify refuses it.
`

export const exportPack: Command = {
  help,
  run: async (words, tools) => {
    const {terminal} = tools
    const read = readOrder(words)
    if (!read.ok) return complainOfUsage(terminal, 'export', read.fault)
    const {out} = read.value
    try {
      const folder = new PackFolder(out)
      if (!folder.isEmpty()) return complainOfUsage(terminal, 'export', [`--out: ${out} is not empty.`])
      const {decisions, entries, files} = await write(read.value, folder, tools)
      terminal.showProgress('')
      terminal.print(`${out}: ${decisions} decisions, ${entries} entries of the ledger, ${files} files.`, 'good')
      return 0
    } catch (fault) {
      terminal.showProgress('')
      if (fault instanceof IssuerOutage) {
        terminal.complain(`The issuer did not answer: ${fault.message}. The pack is not whole.`, 'bad')
        return 3
      }
      terminal.complain(`${out}: ${describeFault(fault)}.`, 'bad')
      return 2
    }
  },
}

interface ExportOrder {
  readonly issuer: Origin
  readonly auditorToken: string
  readonly head: PackHead
  readonly out: string
}

const syntax = {issuer: 'text', 'auditor-token-file': 'text', from: 'text', to: 'text', out: 'text'} as const

function readOrder(words: readonly string[]): CommandLine<ExportOrder> {
  const read = readWords(words, syntax)
  if (!read.ok) return read
  const {text, files} = read.value
  const issuer = parseOrigin(text('issuer'))
  const token = readAuditorToken(text('auditor-token-file'))
  const [from, to, out] = [parseDayOrMoment(text('from')), parseDayOrMoment(text('to')), text('out')]
  const isPeriod = from === undefined || to === undefined || from < to
  const problems = [
    ...(files.length === 0 ? [] : [`${files.join(' ')}: no option takes this.`]),
    ...(issuer === undefined ? ['--issuer: give an origin such as https://countersign.example, without a path.'] : []),
    ...(token.problem === undefined ? [] : [token.problem]),
    ...(text('auditor-token-file') === undefined
      ? ['--auditor-token-file: name the file with the auditor token.']
      : []),
    ...(from === undefined ? [`--from: give a day such as 2026-04-01, or a time ${momentForm}.`] : []),
    ...(to === undefined ? [`--to: give a day such as 2026-05-01, or a time ${momentForm}.`] : []),
    ...(isPeriod ? [] : ['--to: must be later than --from.']),
    ...(out === undefined || out === '' ? ['--out: name a new folder.'] : []),
  ]
  if (issuer === undefined || token.value === undefined || from === undefined || to === undefined) {
    return {ok: false, fault: problems}
  }
  if (out === undefined || problems.length > 0) return {ok: false, fault: problems}
  const head = {type: 'countersign.pack/v1', from, to, repository: null, redacted: [], without: []} as const
  return {ok: true, value: {issuer, auditorToken: token.value, head, out}}
}

const pauseMs = 250

async function write(order: ExportOrder, folder: PackFolder, {terminal, now}: Tools): Promise<WrittenPack> {
  const source = await openIssuerSource(order, order.head)
  let next = now() + pauseMs
  const onEntry = (written: number): void => {
    if (now() < next) return
    terminal.showProgress(`${written} entries of the ledger`)
    next = now() + pauseMs
  }
  return await writePack(source, sinkOf(folder), {head: order.head, assets: pageAssets, onEntry})
}

const sinkOf = (folder: PackFolder): PackSink => ({
  append: (path, text) => Promise.resolve(folder.append(path, text)),
  digest: async (path) => {
    const digest = await folder.digest(path)
    if (digest === undefined) throw new Error(`${path} is gone while the pack is written`)
    return digest
  },
})
