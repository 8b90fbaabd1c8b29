/** The input "receipt": the receipt itself, or the path of a file that holds it. For air-gapped use. */
import {resolve} from 'node:path'
import {maxReceiptBytes} from '#protocol'
import type {ReceiptSource, SourceAnswer} from '../../gate/ports.ts'
import {readBounded} from './bounded-file.ts'

/** `receipt` is not empty; a relative path is meant from `workspace`. */
export function receiptInput(receipt: string, workspace: string): ReceiptSource {
  return {
    name: 'the input "receipt"',
    find: () =>
      Promise.resolve(receipt.startsWith('{') ? {candidates: [receipt]} : readReceiptFile(receipt, workspace)),
  }
}

function readReceiptFile(path: string, workspace: string): SourceAnswer {
  const file = readBounded(resolve(workspace, path), maxReceiptBytes)
  switch (file.kind) {
    case 'read':
      return readBytes(file.bytes)
    case 'too_large':
      return {candidates: [], refusal: {code: 'receipt_too_large', problem: file.problem}}
    case 'unreadable': {
      const problem = `the input "receipt" names the file ${JSON.stringify(path.slice(0, 200))}, but ${file.problem}; give the path of a readable file, or the receipt's JSON itself`
      return {candidates: [], refusal: {code: 'input_invalid', problems: [problem]}}
    }
    default:
      return file satisfies never
  }
}

/** Two common accidents get their own words; everything else is the verifier's to judge, byte by byte. */
function readBytes(bytes: Uint8Array): SourceAnswer {
  if (bytes.length === 0) return malformed('the file is empty')
  const mark = `${bytes[0] ?? 0} ${bytes[1] ?? 0}`
  if (mark === '255 254' || mark === '254 255')
    return malformed('the file is UTF-16 text; save it as UTF-8 without a byte-order mark')
  return {candidates: [bytes]}
}

const malformed = (problem: string): SourceAnswer => ({candidates: [], refusal: {code: 'receipt_malformed', problem}})
