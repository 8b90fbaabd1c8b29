/**
 * What a document claims to be. It only picks the verifier: each verifier then looks at every byte, and the kind is
 * printed with the verdict, so a document that is taken for another kind is refused as that kind.
 */
import {isPlainObject, parseJson} from '#protocol'

export const kinds = ['receipt', 'revocation', 'token', 'evidence', 'checkpoint', 'chain'] as const
export type Kind = (typeof kinds)[number]

const kindOfType: ReadonlyMap<unknown, Kind> = new Map([
  ['countersign.receipt/v1', 'receipt'],
  ['countersign.revocation/v1', 'revocation'],
  ['countersign.evidence/v1', 'evidence'],
  ['countersign.entry/v1', 'chain'],
])

/** From the beginning alone: a ledger may be longer than the memory. At least a line's length of it is needed. */
export function isChain(head: string): boolean {
  const line = head.split('\n', 1)[0] ?? ''
  return kindOfJson(line) === 'chain' || isMaskedLine(line)
}

export function kindOf(text: string): Kind | undefined {
  if (text.startsWith('eyJ')) return 'token'
  if (/^[^{\n][^\n]*\n[0-9]+\n/.test(text)) return 'checkpoint'
  return kindOfJson(text)
}

/** Of broken JSON the first `type` counts, so that its verifier can say what is broken. */
function kindOfJson(text: string): Kind | undefined {
  const json = parseJson(text)
  if (json.ok) return isPlainObject(json.value) ? kindOfType.get(json.value['type']) : undefined
  return kindOfType.get(/"type"\s*:\s*"([^"\\]{1,40})"/.exec(text)?.[1])
}

function isMaskedLine(line: string): boolean {
  const json = parseJson(line)
  return json.ok && isPlainObject(json.value) && Object.keys(json.value).sort().join() === 'hash,seq'
}
