/** Signatures at the edges of Ed25519, made from one good one: what libraries are known to disagree about. */
import {canonicalBytes, bytesToHex, hexToBytes} from '#protocol'
import {makeKey} from '../protocol/builders.ts'
import type {Ed25519Case} from './vectors.ts'

const order = 2n ** 252n + 27742317777372353535851937790883648493n

/** The eight points of small order, in each encoding that some decoder takes. */
export const smallOrderEncodings: readonly string[] = [
  ...['00', '01'].flatMap((y) => ['00', '80'].map((sign) => `${y}${'00'.repeat(30)}${sign}`)),
  ...['ec', 'ed', 'ee'].flatMap((y) => ['7f', 'ff'].map((sign) => `${y}${'ff'.repeat(30)}${sign}`)),
  ...['05', '85'].map((end) => `26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc${end}`),
  ...['7a', 'fa'].map((end) => `c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03${end}`),
]

const littleEndian = (value: bigint): string => reversed(value.toString(16).padStart(64, '0'))
const reversed = (hex: string): string => (hex.match(/../g) ?? []).reverse().join('')

function flipBit(hex: string, bit: number): string {
  const bytes = hexToBytes(hex)
  bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return bytesToHex(bytes)
}

export function edgeSignatures(): readonly Ed25519Case[] {
  const key = makeKey()
  const publicKey = key.pin.slice('pp_pk_'.length)
  const bytes = canonicalBytes({a: 1})
  const message = bytesToHex(bytes)
  const signature = key.signBytes(bytes).slice('ed25519:'.length)
  const [r, s] = [signature.slice(0, 64), signature.slice(64)]
  const scalar = BigInt(`0x${reversed(s)}`)
  const good = {publicKey, message, signature}
  const bad = (name: string, change: Partial<typeof good>): Ed25519Case => ({name, ...good, ...change, valid: false})
  return [
    {name: 'as it was signed', ...good, valid: true},
    ...[0, 1, 7, 100, 254, 255, 256, 300, 500, 508, 511].map((bit) =>
      bad(`signature bit ${bit}`, {signature: flipBit(signature, bit)}),
    ),
    ...[0, 1, 254, 255].map((bit) => bad(`key bit ${bit}`, {publicKey: flipBit(publicKey, bit)})),
    ...[1n, 2n, 7n].map((n) => bad(`S + ${n} L`, {signature: r + littleEndian(scalar + n * order)})),
    ...[0n, order - 1n, order, order + 1n, 2n ** 256n - 1n].map((n, i) =>
      bad(`another S, ${i}`, {signature: r + littleEndian(n)}),
    ),
    bad('another message', {message: '00'}),
    bad('no message', {message: ''}),
    ...['', signature.slice(2), `${signature}00`, `00${signature}`, r].map((cut, i) =>
      bad(`length ${i}`, {signature: cut}),
    ),
    ...['', publicKey.slice(2), `${publicKey}00`].map((cut, i) => bad(`key length ${i}`, {publicKey: cut})),
    ...smallOrderEncodings.flatMap((point) => [
      bad(`A ${point}`, {publicKey: point}),
      bad(`R ${point}`, {signature: point + s}),
      ...smallOrderEncodings.map((other) =>
        bad(`A ${point}, R ${other}, S = 0`, {publicKey: point, signature: other + '00'.repeat(32)}),
      ),
    ]),
    ...['02', '03', '04', '05', '06', '07', '08', '09'].map((y) =>
      bad(`A with y = ${y}, on the curve or not`, {publicKey: `${y}${'00'.repeat(31)}`}),
    ),
  ]
}
