/** The protocol's verdicts on a list of cases, as text: bundled and run under other runtimes, then compared. */
import {canonicalJson, digestOf, hexToBytes, parseJson, verify} from '#protocol'
import {verifyEd25519} from '../../src/protocol/crypto.ts'

export type Case =
  | {readonly kind: 'signature'; readonly publicKey: string; readonly message: string; readonly signature: string}
  | {readonly kind: 'json'; readonly text: string}
  | {
      readonly kind: 'receipt'
      readonly text: string
      readonly keys: string
      readonly now: number
      readonly expect: object
    }

/** One line a case: `true`, `false`, a digest of the canonical form, or a code with its reason. */
export function verdictsOf(cases: string): readonly string[] {
  return (JSON.parse(cases) as readonly Case[]).map(verdictOf)
}

function verdictOf(asked: Case): string {
  switch (asked.kind) {
    case 'signature':
      return String(
        verifyEd25519({
          publicKey: hexToBytes(asked.publicKey),
          message: hexToBytes(asked.message),
          signature: hexToBytes(asked.signature),
        }),
      )
    case 'json': {
      const json = parseJson(asked.text)
      return json.ok ? digestOf(canonicalJson(json.value)) : `${json.reason} at ${json.at}`
    }
    case 'receipt': {
      const {text, keys, now, expect} = asked
      const result = verify.receipt(text, {keys, now, expect})
      return result.valid ? `valid ${result.unchecked.join()}` : `${result.code}: ${result.reason}`
    }
  }
}
