/** What the proofs are and when they hold. Pure: shared by the gate, the issuer, the SDK and browsers. */
export * from './ids.ts'
export * from './times.ts'
export {
  type JsonObject,
  type JsonResult,
  type JsonValue,
  canonicalBytes,
  canonicalJson,
  isPlainObject,
  parseJson,
} from './json.ts'
export {bytesToHex, digestOf, hexToBytes, printPublicKey, printSignature, publicKeyBytes} from './crypto.ts'
export * from './receipt.ts'
export * from './keys.ts'
export * from './refusals.ts'
export * from './verify-receipt.ts'
export * from './decide.ts'
export * from './verify.ts'
export * from './ledger/entry.ts'
export * from './ledger/merkle.ts'
