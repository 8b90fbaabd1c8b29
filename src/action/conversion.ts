/** What git's own conversions make of a blob in the working tree (gitattributes(5): ident, working-tree-encoding), done here. */

/** The two attributes by which git itself, and no filter, changes more than line endings. */
export interface Attributes {
  readonly ident: boolean
  readonly encoding: string | undefined
}

/** Git's order: the id, the line endings, the encoding. Each way in which git might have written them. */
export function convert(blob: Buffer, object: string, {ident, encoding}: Attributes): readonly Buffer[] {
  const expanded = ident ? expandIds(blob.toString('latin1'), object) : blob.toString('latin1')
  return [expanded, withCrlf(expanded)].flatMap((text) => {
    const bytes = Buffer.from(text, 'latin1')
    return encoding === undefined ? [bytes] : encode(bytes, encoding)
  })
}

/** `$Id$`, and what an older expansion left, becomes `$Id: <name of the blob> $`; what has a space within is another system's. */
const expandIds = (text: string, object: string): string =>
  text.replaceAll(/\$Id(?:: ?[^ $\n]* ?)?\$/g, `$$Id: ${object} $$`)

const withCrlf = (text: string): string => text.replaceAll(/(?<!\r)\n/g, '\r\n')

/** None where the blob is no UTF-8, or cannot be said in that encoding: then git leaves it, or refuses. */
function encode(bytes: Buffer, encoding: string): readonly Buffer[] {
  const text = decodeUtf8(bytes)
  if (text === undefined) return []
  const [, width, order = ''] = /^UTF-?(16|32)(|LE|BE|LE-BOM|BE-BOM)$/i.exec(encoding) ?? []
  if (width === undefined) return encodeByTable(text, encoding)
  const print = width === '16' ? printUtf16 : printUtf32
  switch (order.toUpperCase()) {
    case 'LE':
      return [print(text)]
    case 'BE':
      return [swap(print(text), width)]
    case 'LE-BOM':
      return [print(`\uFEFF${text}`)]
    case 'BE-BOM':
      return [swap(print(`\uFEFF${text}`), width)]
    default:
      return [print(`\uFEFF${text}`), swap(print(`\uFEFF${text}`), width)] // Whichever order the machine's iconv takes.
  }
}

function decodeUtf8(bytes: Buffer): string | undefined {
  try {
    return new TextDecoder('utf-8', {fatal: true, ignoreBOM: true}).decode(bytes)
  } catch {
    return undefined
  }
}

const printUtf16 = (text: string): Buffer => Buffer.from(text, 'utf16le')
const printUtf32 = (text: string): Buffer =>
  Buffer.from(Uint32Array.from(text, (char) => char.codePointAt(0) ?? 0).buffer)
const swap = (bytes: Buffer, width: string): Buffer => (width === '16' ? bytes.swap16() : bytes.swap32())

/** Encodings of one byte a character. A character of several bytes is in no table, so such a text is not said. */
function encodeByTable(text: string, encoding: string): readonly Buffer[] {
  const table = tableOf(encoding)
  const bytes = Array.from(text, (char) => table.get(char))
  return bytes.includes(undefined) ? [] : [Buffer.from(bytes as number[])]
}

function tableOf(encoding: string): ReadonlyMap<string, number> {
  const table = new Map<string, number>()
  // The decoder's "iso-8859-1" is Windows's, which says other things by the bytes from 80 to 9f.
  if (/^(?:ISO-?8859-1|latin-?1)$/i.test(encoding)) {
    for (let byte = 0; byte < 256; byte++) table.set(String.fromCharCode(byte), byte)
    return table
  }
  try {
    for (let byte = 255; byte >= 0; byte--) {
      const char = new TextDecoder(encoding).decode(Uint8Array.of(byte))
      if (char !== '' && char !== '\uFFFD') table.set(char, byte)
    }
  } catch {
    // An encoding that is not known here.
  }
  return table
}
