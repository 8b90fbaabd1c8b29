/** CSV (RFC 4180) that is safe to open in a spreadsheet. */

export type Cell = string | number | undefined

/** A spreadsheet runs what begins so as a formula; a quote before it makes it text. */
const formula = /^[=+\-@\t\r]/

function printCell(cell: Cell): string {
  const text = cell === undefined ? '' : String(cell)
  const safe = formula.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

/** A line without its end. */
export const printRow = (cells: readonly Cell[]): string => cells.map(printCell).join(',')
