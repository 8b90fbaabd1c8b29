/** `countersign audit --pack`: the chain of authorizations through the receipts of an audit pack. Nobody is asked. */
import {documentsOf, packPaths} from '#pack'
import {
  type Entry,
  type Environment,
  type PinnedKeys,
  type Receipt,
  type RepositoryName,
  type SecondsTime,
  explainRefusal,
  findOtherInEntry,
  isMasked,
  parseEnvironment,
  parseJson,
  parseMoment,
  parsePinnedKeys,
  parseReceipt,
  parseRepositoryName,
  parseSegmentEntry,
  printSecondsTime,
  sameRepository,
  verifyIssued,
} from '#protocol'
import {type CommandLine, readWords} from '../arguments.ts'
import {type ExitCode, type Tools, complainOfUsage} from '../command.ts'
import {PackFolder} from '../pack/folder.ts'
import {printJson} from '../terminal.ts'
import {walkChain} from './chain.ts'
import {EarlierReceipts, type Pages} from './earlier.ts'
import {complainOfChain, showChain} from './report.ts'

interface PackQuestion {
  readonly pack: string
  readonly repository: RepositoryName
  readonly environment: Environment
  readonly at: SecondsTime
  readonly pins: PinnedKeys
  readonly json: boolean
}

const syntax = {pack: 'text', repository: 'text', environment: 'text', at: 'text', pin: 'texts', json: 'flag'} as const

function readQuestion(words: readonly string[], now: () => number): CommandLine<PackQuestion> {
  const read = readWords(words, syntax)
  if (!read.ok)
    return {ok: false, fault: [...read.fault, 'With --pack nobody is asked: give neither issuer nor tokens.']}
  const {text, flag, files} = read.value
  const pack = text('pack')
  const repository = parseRepositoryName(text('repository'))
  const environment = parseEnvironment(text('environment'))
  const at = text('at') === undefined ? printSecondsTime(now()) : parseMoment(text('at'))
  const pins = parsePinnedKeys(text('pin') ?? '')
  const problems = [
    ...(files.length === 0 ? [] : [`${files.join(' ')}: no option takes this.`]),
    ...(repository === undefined ? ['--repository: give owner/name.'] : []),
    ...(environment === undefined ? ['--environment: give the name of an environment, such as production.'] : []),
    ...(at === undefined ? ['--at: give a time YYYY-MM-DDTHH:MMZ or YYYY-MM-DDTHH:MM:SSZ that exists.'] : []),
    ...(pins.ok ? [] : pins.fault.map((problem) => `--pin: ${problem}.`)),
  ]
  if (pack === undefined || repository === undefined || environment === undefined || at === undefined || !pins.ok) {
    return {ok: false, fault: problems}
  }
  if (problems.length > 0) return {ok: false, fault: problems}
  return {ok: true, value: {pack, repository, environment, at, pins: pins.value, json: flag('json')}}
}

export async function auditPack(words: readonly string[], {terminal, now}: Tools): Promise<ExitCode> {
  const read = readQuestion(words, now)
  if (!read.ok) return complainOfUsage(terminal, 'audit', read.fault)
  const {pack, repository, environment, at, pins, json} = read.value
  const folder = new PackFolder(pack)
  const {issued, isWhole} = await readIssued(folder)
  if (issued.length === 0) return complainOfUsage(terminal, 'audit', [`--pack: no receipt is in ${pack}.`])
  const receipts = new PackReceipts(folder, {issued, isWhole})
  const start = receipts.newest(
    ({scope, issuedAt}) =>
      sameRepository(scope.repository, repository) && scope.environment === environment && issuedAt <= at,
  )
  if (start === undefined) {
    terminal.complain(`The pack has no receipt for ${repository}, ${environment}, of ${at} or before.`, 'bad')
    return 1
  }
  const verdict = verifyIssued(start.receipt, pins, {repository, environment})
  if (!verdict.valid) {
    const {code, reason} = explainRefusal(verdict.refusal)
    terminal.complain(`${start.receipt.id}: refused (${code}). ${reason}`, 'bad')
    return 1
  }
  const chain = await walkChain(start.receipt, new EarlierReceipts(receipts.before(start)), {receipts: pins})
  const isProven = chain.end.kind !== 'broken'
  if (json) {
    const told = {receipts: chain.receipts.map(({id}) => id), end: chain.end}
    const type = 'countersign.audit-chain/v1'
    terminal.print(printJson({type, repository, environment, at, valid: isProven, chain: told}))
  } else {
    terminal.print(`${repository}  ${environment}  ${at}, of the pack alone`, 'faint')
    showChain(chain, terminal)
    complainOfChain(chain, terminal)
    terminal.print(
      `  Of the pack, these receipts alone were verified: countersign verify ${pack} looks at the rest.`,
      'faint',
    )
  }
  return isProven ? 0 : 1
}

interface Issued {
  /** The ledger's entries of receipts, newest first. */
  readonly issued: readonly Entry[]
  /** Whether the pack goes back to the beginning of the ledger. */
  readonly isWhole: boolean
}

async function readIssued(folder: PackFolder): Promise<Issued> {
  const issued: Entry[] = []
  let isWhole = false
  for await (const line of folder.lines(packPaths.entries)) {
    const json = parseJson(line)
    const parsed = json.ok ? parseSegmentEntry(json.value) : undefined
    if (parsed?.ok !== true) continue
    isWhole ||= parsed.value.seq === 0
    if (!isMasked(parsed.value) && parsed.value.event === 'receipt.issued') issued.push(parsed.value)
  }
  return {issued: issued.toReversed(), isWhole}
}

interface Found {
  readonly receipt: Receipt
  /** Its place among those issued. */
  readonly place: number
}

class PackReceipts {
  readonly #folder: PackFolder
  readonly #issued: readonly Entry[]
  /** Falls with a receipt that is not there: it may be the one that would have been looked for. */
  #isWhole: boolean

  constructor(folder: PackFolder, {issued, isWhole}: Issued) {
    this.#folder = folder
    this.#issued = issued
    this.#isWhole = isWhole
  }

  newest(takes: (receipt: Receipt) => boolean, from = 0): Found | undefined {
    for (let place = from; place < this.#issued.length; place++) {
      const receipt = this.#read(this.#issued[place])
      if (receipt === undefined) this.#isWhole = false
      else if (takes(receipt)) return {receipt, place}
    }
    return undefined
  }

  /** One at a time: of the same environment, whatever the repository's name was. */
  async *before({receipt: {scope}, place}: Found): Pages {
    const isAlike = (one: Receipt): boolean =>
      one.scope.repositoryId === scope.repositoryId && one.scope.environment === scope.environment
    for (let found = this.newest(isAlike, place + 1); found; found = this.newest(isAlike, found.place + 1)) {
      yield await Promise.resolve([found.receipt])
    }
    return this.#isWhole ? undefined : 'cut'
  }

  /** The one that the ledger names; undefined for anything else. */
  #read(entry: Entry | undefined): Receipt | undefined {
    if (entry === undefined) return undefined
    const [document] = documentsOf(entry).filter(({kind}) => kind === 'receipt')
    const json = document && parseJson(this.#folder.read(document.path) ?? '')
    const parsed = json?.ok === true ? parseReceipt(json.value) : undefined
    return parsed?.ok === true && findOtherInEntry(entry, parsed.value) === undefined ? parsed.value : undefined
  }
}
