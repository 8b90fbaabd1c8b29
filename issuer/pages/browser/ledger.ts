/** The ledger page's script: takes every entry that the signed checkpoint covers, and verifies the whole chain. */
import {verifyChain, verifyCheckpoint} from '#protocol'
import {offerCopies} from './copy.ts'
import {find, textOf} from './elements.ts'

/** Entries a request. */
const pageLength = 20_000

interface Told {
  readonly tone: 'holds' | 'fails' | 'quiet'
  readonly words: string
}

const unreachable: Told = {
  tone: 'fails',
  words: 'The ledger could not be fetched from its issuer, so nothing is verified.',
}

async function verifyLedger(tellProgress: (seen: number, size: number) => void): Promise<Told> {
  const note = await fetchText('/v1/ledger/checkpoint')
  const ledgerKey = (textOf('ledger-key') ?? '').trim()
  const checkpoint = verifyCheckpoint(note, ledgerKey)
  if (!checkpoint.valid) return {tone: 'fails', words: checkpoint.reason}
  const entries = fetchEntries(checkpoint.size, (seen) => tellProgress(seen, checkpoint.size))
  const verdict = await verifyChain(entries, {checkpoint: note, ledgerKey})
  if (!verdict.valid) return verdict.code === 'chain_unreadable' ? unreachable : {tone: 'fails', words: verdict.reason}
  const {masked} = verdict
  const hidden =
    masked === 0 ? '' : ` ${masked} of them ${masked === 1 ? 'is' : 'are'} private and known by hash alone.`
  return {
    tone: 'holds',
    words: `Verified in your browser: ${verdict.entries} entries, each hash and link, up to the signed root.${hidden}`,
  }
}

/** NDJSON as the network gives it, no more than the checkpoint covers. */
async function* fetchEntries(size: number, tellSeen: (seen: number) => void): AsyncGenerator<Uint8Array> {
  let seen = 0
  for (let start = 0; start < size; start += pageLength) {
    const count = Math.min(pageLength, size - start)
    const {body} = await fetchOk(`/v1/ledger/entries?start=${start}&count=${count}`)
    const reader = body?.getReader()
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      seen += countLines(part.value)
      yield part.value
      tellSeen(seen)
    }
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
  if (progress === undefined || verdict === undefined) return
  const show = ({tone, words}: Told): void => {
    verdict.hidden = false
    verdict.dataset['tone'] = tone
    verdict.textContent = words
  }
  const run = async (): Promise<void> => {
    button.disabled = true
    progress.hidden = false
    show({tone: 'quiet', words: 'Verifying every entry.'})
    const told = await verifyLedger((seen, size) => {
      progress.max = size
      progress.value = seen
    }).catch(() => unreachable)
    show(told)
    progress.hidden = true
    button.disabled = false
  }
  button.disabled = false
  button.addEventListener('click', () => void run())
}

const button = find('verify', HTMLButtonElement)
if (button !== undefined) offerVerification(button)
offerCopies()
