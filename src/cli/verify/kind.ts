/**
 * What a document claims to be. It only picks the verifier: each verifier then looks at every byte, and the kind is
 * printed with the verdict, so a document that is taken for another kind is refused as that kind.
 */
import {type JsonValue, intotoPayloadType, isPlainObject, parseJson} from '#protocol'

export const kinds = ['receipt', 'attestation', 'revocation', 'token', 'evidence', 'checkpoint', 'chain'] as const
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
  if (json.ok) return kindOfValue(json.value)
  return kindOfType.get(/"type"\s*:\s*"([^"\\]{1,40})"/.exec(text)?.[1])
}

/** An envelope has no `type` of ours: it says what its payload is. */
function kindOfValue(value: JsonValue): Kind | undefined {
  if (!isPlainObject(value)) return undefined
  return value['payloadType'] === intotoPayloadType ? 'attestation' : kindOfType.get(value['type'])
}

function isMaskedLine(line: string): boolean {
  const json = parseJson(line)
  return json.ok && isPlainObject(json.value) && Object.keys(json.value).sort().join() === 'hash,seq'
}

/** What a file says that was saved as UTF-16, with a mark at its beginning or without; undefined for all others. */
export function readUtf16(bytes: Uint8Array): string | undefined {
  const [first = 0x20, second = 0x20] = bytes
  const isLittle = (first === 0xff && second === 0xfe) || (first !== 0 && second === 0)
  const isBig = (first === 0xfe && second === 0xff) || (first === 0 && second !== 0)
  return isLittle || isBig ? new TextDecoder(isLittle ? 'utf-16le' : 'utf-16be').decode(bytes) : undefined
}
