/** Changes made of events, as many as are asked for: what a denial writes that ends many receipts. */
import {type ReceiptId, microsTimeToMicros, parseReceiptId, printMicrosTime} from '#protocol'
import {headAfter, mintEvent} from '../../issuer/mint/mint-record.ts'
import type {EventRecord} from '../../issuer/model/record.ts'
import {emptyState} from '../../issuer/model/state.ts'
import type {Append, ScopeReading} from '../../issuer/model/store.ts'
import {scopeOf, ulid} from '../stores/builders.ts'

export const receiptId = (n: number): ReceiptId => parseReceiptId(`rcpt_dg_${ulid(n)}`) as ReceiptId

/** Revocations of receipts 1, 2, 3 … that follow what was read. */
export function revokes(read: ScopeReading, count: number): Append {
  const records: EventRecord[] = []
  for (let n = 1; n <= count; n++) {
    const head = records.reduce(headAfter, read.head)
    records.push(
      mintEvent({
        head,
        at: printMicrosTime(microsTimeToMicros(head.last.time) + 1),
        event: 'receipt.revoked',
        receipt: receiptId(n),
        body: {receipt: receiptId(n), cause: 'denied'},
        scope: scopeOf(),
        repository: 'octo-org/api-service',
        ownerId: 9919,
        public: true,
        once: `revoked/${receiptId(n)}`,
      }),
    )
  }
  return {scope: scopeOf(), records, state: emptyState, read}
}
