/** The script of a pack's index.html: verifies what the page carries, and compares the table with it. Asks nobody. */
import {
  type CarriedEntry,
  type CarriedPack,
  Happenings,
  type PackFault,
  type PackKeys,
  type PackTally,
  PackWalk,
  type WalkEnd,
  anchorSegment,
  faultOf,
  shownCells,
} from '../index.ts'
import {parsePinnedKeys} from '#protocol'

type Tone = 'holds' | 'fails' | 'care' | 'quiet'

const element = (id: string): HTMLElement => {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no ${id}`)
  return found
}
const field = (id: string): string => (element(id) as HTMLTextAreaElement).value

/** This page's own writing: the JSON's shape is trusted, and what is in it is not. */
const pack = JSON.parse(element('pack').textContent) as CarriedPack
const carried = Array.from(document.querySelectorAll('script.carried'), ({textContent}) => textContent)
const readCarried = (text: string): CarriedEntry => JSON.parse(text) as CarriedEntry

/** Every document that the page carries, and what happened to each receipt. */
const documents = new Map<string, string>()
const happenings = new Happenings(pack.head)
for (const text of carried) {
  const {line, files = {}} = readCarried(text)
  for (const [path, document] of Object.entries(files)) documents.set(path, document)
  happenings.add(line)
}

interface Verified {
  readonly faults: readonly PackFault[]
  readonly tally: PackTally
  readonly end: WalkEnd
  /** Decisions whose row in the table is not what their documents say, or does not hold. */
  readonly wrongRows: number
}

/** Only of all entries of the pack is it known whether they are those that were signed. */
const isSegmentWhole = carried.length === pack.proofs.last.seq - pack.proofs.first.seq + 1

function openWalk(keys: PackKeys, ledgerKey: string): {readonly walk: PackWalk; readonly faults: readonly PackFault[]} {
  const {head, proofs, checkpoint, isWhole} = pack
  const anchored = isSegmentWhole ? anchorSegment(proofs, checkpoint, ledgerKey) : undefined
  const isRefused = anchored !== undefined && 'valid' in anchored
  const read = (path: string): Promise<Uint8Array | 'absent' | 'elsewhere'> => {
    const text = documents.get(path)
    return Promise.resolve(text === undefined ? (isWhole ? 'absent' : 'elsewhere') : new TextEncoder().encode(text))
  }
  const walk = new PackWalk({
    head,
    keys,
    documents: {read},
    happenings,
    // What else the page may carry is not looked at: its rows are made of what the entries name.
    onName: () => undefined,
    anchor: anchored === undefined || isRefused ? undefined : anchored.anchor,
    // Of a part that is cut short here the end of the period is not looked for.
    size: isSegmentWhole ? proofs.size : proofs.first.seq + carried.length,
  })
  return {walk, faults: isRefused ? [faultOf('ledger', anchored)] : []}
}

async function verifyCarried(keys: PackKeys, ledgerKey: string, tell: (seen: number) => void): Promise<Verified> {
  const {walk, faults: refused} = openWalk(keys, ledgerKey)
  const faults = [...refused]
  let wrongRows = 0
  for (const [i, text] of carried.entries()) {
    const step = await walk.take(readCarried(text).line)
    faults.push(...step.faults)
    if (step.row !== undefined) wrongRows += markRow(String(step.row[0]), shownCells(step.row)) ? 0 : 1
    if (i % 20 === 0) {
      tell(i)
      // A signature takes a while here: the page stays alive between them.
      await new Promise((resolve) => setTimeout(resolve))
    }
  }
  const end = walk.end()
  return {faults: [...faults, ...end.faults], tally: walk.tally, end, wrongRows}
}

/** Whether the table says of a decision what its documents say. */
function markRow(entry: string, cells: readonly string[]): boolean {
  const row = document.querySelector<HTMLTableRowElement>(`tr[data-entry="${entry}"]`)
  if (row === null) return false
  const isSame = Array.from(row.cells, ({textContent}) => textContent).join('\n') === cells.join('\n')
  row.dataset['tone'] = isSame ? 'holds' : 'fails'
  return isSame
}

function show(tone: Tone, words: string, findings: readonly (readonly [Tone, string])[] = []): void {
  const verdict = element('verdict')
  verdict.dataset['tone'] = tone
  verdict.textContent = words
  element('findings').replaceChildren(
    ...findings.map(([lineTone, line]) => {
      const item = document.createElement('li')
      item.dataset['tone'] = lineTone
      item.textContent = line
      return item
    }),
  )
}

const mostTold = 20

const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`

function report({faults, tally, end, wrongRows}: Verified): void {
  const rows = Array.from(document.querySelectorAll<HTMLElement>('tr[data-entry]'))
  const unproven = rows.filter((row) => row.dataset['tone'] === undefined).length
  const wrong = wrongRows + unproven
  const told = faults.slice(0, mostTold).map(({where, reason}) => ['fails', `${where}: ${reason}`] as const)
  const findings: readonly (readonly [Tone, string])[] = [
    ...told,
    ...(faults.length > mostTold ? [['fails', `And ${faults.length - mostTold} more.`] as const] : []),
    ...(wrong > 0 ? [['fails', `Rows of the table that are not what the documents say: ${wrong}.`] as const] : []),
    ...describe(tally, end),
  ]
  if (faults.length + wrong > 0) show('fails', 'This does not verify. Do not rely on it.', findings)
  else if (pack.isWhole) show('holds', 'Verified in your browser, under the keys below.', findings)
  else show('care', 'What is here verifies. The pack is larger than this page.', findings)
}

function describe(tally: PackTally, {chain, isOpen, isHidden}: WalkEnd): readonly (readonly [Tone, string])[] {
  const {entries, masked, receipts, revocations, bundles, redacted, tokens, policies, runs, elsewhere} = tally
  const isAnchored = chain !== undefined && chain.anchored !== 'none'
  return [
    chain === undefined
      ? ['fails', 'The chain of the ledger is broken.']
      : [
          isAnchored ? 'holds' : 'care',
          `${count(entries, 'entry', 'entries')}, each hash and link${isAnchored ? ', up to the signed root' : '; held against no checkpoint here'}.`,
        ],
    ['holds', `${count(receipts, 'receipt')} and ${count(revocations, 'revocation')}, each signature.`],
    [
      'holds',
      `${count(bundles, 'bundle')} of evidence and ${count(policies, 'policy', 'policies')} by their digests; redacted sections: ${redacted}.`,
    ],
    ['care', `${count(tokens, 'authority token')} by digest alone: their signatures are not checked in browsers.`],
    ...(runs > 0 ? [['quiet', `${count(runs, 'report')} of jobs, which no signature covers.`] as const] : []),
    ...(masked > 0 ? [['care', `Masked entries: ${masked}.`] as const] : []),
    ...(elsewhere > 0
      ? [['care', `Documents that stand beside this page alone, not verified here: ${elsewhere}.`] as const]
      : []),
    ...(isOpen ? [['care', 'The period reaches past the signed end of the ledger.'] as const] : []),
    ...(isHidden
      ? [['care', 'An end of the period is masked: that nothing was cut off there is not shown.'] as const]
      : []),
  ]
}

async function verify(): Promise<void> {
  const button = element('verify') as HTMLButtonElement
  const progress = element('progress') as HTMLProgressElement
  for (const row of document.querySelectorAll<HTMLElement>('tr[data-entry]')) delete row.dataset['tone']
  const pinned = parsePinnedKeys(field('pins'))
  if (!pinned.ok) {
    show(
      'fails',
      'No key is pinned.',
      pinned.fault.map((problem) => ['fails', problem]),
    )
    return
  }
  button.disabled = true
  progress.hidden = false
  progress.max = carried.length
  show('quiet', 'Verifying.')
  const keys = {receipts: pinned.value, tokens: undefined, evidence: new Map()}
  report(await verifyCarried(keys, field('ledger-key').trim(), (seen) => (progress.value = seen)))
  progress.hidden = true
  button.disabled = false
}

const start = (): void => {
  verify().catch(() => show('fails', 'This page is damaged: nothing is verified.'))
}
element('verify').addEventListener('click', start)
start()
