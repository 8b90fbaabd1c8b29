/** How large DynamoDB takes an item to be, and how many units that is (its developer guide, "Item sizes and formats"). */

export interface Value {
  readonly S?: string
  readonly N?: string
  readonly B?: string
  readonly BOOL?: boolean
  readonly NULL?: boolean
  readonly L?: readonly Value[]
  readonly M?: Readonly<Record<string, Value>>
}

export type Item = Readonly<Record<string, Value>>

/** Names count as well as values. */
export const sizeOf = (item: Item): number =>
  Object.entries(item).reduce((total, [name, value]) => total + Buffer.byteLength(name) + sizeOfValue(value), 0)

function sizeOfValue({S, N, B, L, M}: Value): number {
  if (S !== undefined) return Buffer.byteLength(S)
  if (N !== undefined) return Math.ceil(N.replace(/[-.]/g, '').length / 2) + 1
  if (B !== undefined) return Buffer.from(B, 'base64').length
  if (L !== undefined) return 3 + L.reduce((total, one) => total + 1 + sizeOfValue(one), 0)
  return M === undefined ? 1 : 3 + Object.keys(M).length + sizeOf(M)
}

/** Whole blocks, and never none. */
export const units = (bytes: number, block: number): number => Math.max(1, Math.ceil(bytes / block))
