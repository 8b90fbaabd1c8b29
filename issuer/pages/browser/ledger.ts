/** The ledger page's script: takes every entry that the signed checkpoint covers, and verifies the whole chain. */
import {verifyChain, verifyCheckpoint} from '#protocol'
import {find, offerCopies, textOf} from './elements.ts'

/** Entries a request. */
const pageLength = 20_000

interface Told {
  readonly tone: 'holds' | 'fails' | 'care' | 'quiet'
  readonly words: string
}

/** No proof against the ledger, and none for it. */
const unreachable: Told = {
  tone: 'care',
  words: 'The ledger could not be fetched from its issuer, so nothing is verified. Try again.',
}

const refuse = (reason: string): Told => ({
  tone: 'fails',
  words: `It does not verify. ${reason} Do not rely on it; download entries and checkpoint, which together prove it.`,
})

const say = (number: number): string => number.toLocaleString('en')
const sayEntries = (number: number): string => `${say(number)} ${number === 1 ? 'entry' : 'entries'}`

async function verifyLedger(tellProgress: (seen: number, size: number) => void): Promise<Told> {
  const note = await fetchText('/v1/ledger/checkpoint')
  const ledgerKey = (textOf('ledger-key') ?? '').trim()
  const checkpoint = verifyCheckpoint(note, ledgerKey)
  if (!checkpoint.valid) return refuse(checkpoint.reason)
  const entries = fetchEntries(checkpoint.size, (seen) => tellProgress(seen, checkpoint.size))
  const verdict = await verifyChain(entries, {checkpoint: note, ledgerKey})
  if (!verdict.valid) return verdict.code === 'chain_unreadable' ? unreachable : refuse(verdict.reason)
  const {masked} = verdict
  const hidden =
    masked === 0 ? '' : ` ${say(masked)} of them ${masked === 1 ? 'is' : 'are'} private and known by hash alone.`
  return {
    tone: 'holds',
    words: `Verified in your browser: ${sayEntries(verdict.entries)}, each hash and link, up to the signed root.${hidden}`,
  }
}

/** NDJSON as the network gives it, no more than the checkpoint covers. */
async function* fetchEntries(size: number, tellSeen: (seen: number) => void): AsyncGenerator<Uint8Array> {
  let seen = 0
  while (seen < size) {
    const start = seen
    const {body} = await fetchOk(`/v1/ledger/entries?start=${start}&count=${Math.min(pageLength, size - start)}`)
    const reader = body?.getReader()
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      seen += countLines(part.value)
      yield part.value
      tellSeen(seen)
    }
    // What is not shown is missing, as the verdict says.
    if (seen === start) return
  }
}

const newline = 10
const countLines = (bytes: Uint8Array): number =>
  bytes.reduce((lines, byte) => (byte === newline ? lines + 1 : lines), 0)

const fetchText = async (path: string): Promise<string> => await (await fetchOk(path)).text()

async function fetchOk(path: string): Promise<Response> {
  const response = await fetch(path)
  if (!response.ok) throw new Error(`${path} answered ${response.status}`)
  return response
}

function offerVerification(button: HTMLButtonElement): void {
  const [progress, verdict] = [find('progress', HTMLProgressElement), find('verdict', HTMLElement)]
  const [running, seenWords] = [find('running', HTMLElement), find('seen', HTMLElement)]
  if (progress === undefined || verdict === undefined || running === undefined || seenWords === undefined) return
  const show = ({tone, words}: Told): void => {
    verdict.hidden = false
    verdict.dataset['tone'] = tone
    verdict.textContent = words
  }
  const run = async (): Promise<void> => {
    button.disabled = true
    running.hidden = false
    show({tone: 'quiet', words: 'Verifying every entry.'})
    const told = await verifyLedger((seen, size) => {
      progress.max = size
      progress.value = seen
      seenWords.textContent = `${say(seen)} of ${sayEntries(size)}`
    }).catch(() => unreachable)
    show(told)
    running.hidden = true
    button.disabled = false
  }
  button.hidden = false
  button.addEventListener('click', () => void run())
}

const button = find('verify', HTMLButtonElement)
if (button !== undefined) offerVerification(button)
offerCopies()
