/** What somebody hands over as a proof, brought to text or bytes of a bounded size before anything in it is believed. */
import {canonicalJson} from './json.ts'
import type {Result} from './result.ts'

export type ProofText = Result<string | Uint8Array, {readonly wrong: 'size' | 'form'; readonly reason: string}>

/**
 * Text and bytes as they are (preferred: an object has already lost its duplicate names); an object is read once, into
 * text, so that getters that throw, lie or never end give a refusal and no exception. Total.
 */
export function readProofText(input: unknown, maxBytes: number): ProofText {
  const tooLarge: ProofText = {ok: false, fault: {wrong: 'size', reason: `more than ${maxBytes} bytes`}}
  const budget = {left: maxBytes}
  try {
    const value = toText(input, budget)
    if (value === undefined) return {ok: false, fault: {wrong: 'form', reason: notJson}}
    // UTF-8 has at least as many bytes as the text has characters.
    if (value.length > maxBytes) return tooLarge
    return typeof value !== 'string' || new TextEncoder().encode(value).length <= maxBytes
      ? {ok: true, value}
      : tooLarge
  } catch {
    return budget.left < 0 ? tooLarge : {ok: false, fault: {wrong: 'form', reason: notJson}}
  }
}

const notJson = 'it is neither text nor a plain JSON object'

function toText(input: unknown, budget: {left: number}): string | Uint8Array | undefined {
  if (typeof input === 'string') return input
  if (input instanceof Uint8Array) return new Uint8Array(input)
  return typeof input === 'object' && input !== null ? canonicalJson(input, budget) : undefined
}
