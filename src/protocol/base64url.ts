/** Unpadded base64url (RFC 4648 §5), one spelling a value: what Buffer would forgive is refused. */

const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const none = 64
/** Character code -> its six bits, or `none`. */
const sextets = Uint8Array.from({length: 128}, (_, code) => {
  const value = digits.indexOf(String.fromCharCode(code))
  return value < 0 ? none : value
})

/** The bytes; undefined for padding, white space, other characters, a length that cannot be and non-zero tail bits. */
export function parseBase64url(text: string): Uint8Array | undefined {
  if (text.length % 4 === 1) return undefined
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4))
  let pending = 0
  let pendingBits = 0
  let at = 0
  for (let i = 0; i < text.length; i++) {
    const sextet = sextets[text.charCodeAt(i)] ?? none
    if (sextet === none) return undefined
    pending = (pending << 6) | sextet
    pendingBits += 6
    if (pendingBits >= 8) {
      pendingBits -= 8
      bytes[at++] = pending >> pendingBits
      pending &= (1 << pendingBits) - 1
    }
  }
  return pending === 0 ? bytes : undefined // RFC 4648 §3.5: bits of no byte must be zero.
}

export function printBase64url(bytes: Uint8Array): string {
  let text = ''
  let pending = 0
  let pendingBits = 0
  for (const byte of bytes) {
    pending = (pending << 8) | byte
    for (pendingBits += 8; pendingBits >= 6; pending &= (1 << pendingBits) - 1) {
      pendingBits -= 6
      text += digits[pending >> pendingBits] ?? ''
    }
  }
  return pendingBits === 0 ? text : text + (digits[pending << (6 - pendingBits)] ?? '')
}
