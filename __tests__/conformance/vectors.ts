/** The published test vectors, where they lie beside the checkout. They are not part of the project. */
import {existsSync, readFileSync, readdirSync} from 'node:fs'
import {test} from '@jest/globals'

const folder = new URL('../../../shared/vectors/', import.meta.url)

const vectorsPresent = existsSync(folder)

/** `test` where the vectors are there; else a skipped test whose name says why. */
export function testWithVectors(name: string, body: () => void): void {
  if (vectorsPresent) test(name, body)
  else test.skip(`${name} (../shared/vectors is absent)`, body)
}

export const readVector = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, folder)))
export const readVectorText = (path: string): string => readFileSync(new URL(path, folder), 'utf8')
export const listVectors = (path: string): readonly string[] => readdirSync(new URL(path, folder)).sort()

export interface Ed25519Case {
  readonly name: string
  readonly publicKey: string
  readonly message: string
  readonly signature: string
  /** What the publisher says, and for ed25519-speccheck what strict verification says. */
  readonly valid: boolean
}

interface Wycheproof {
  readonly testGroups: readonly {
    readonly publicKey: {readonly pk: string}
    readonly tests: readonly {
      readonly tcId: number
      readonly msg: string
      readonly sig: string
      readonly result: string
    }[]
  }[]
}

export function readWycheproof(): readonly Ed25519Case[] {
  const {testGroups} = JSON.parse(readVectorText('wycheproof/ed25519_test.json')) as Wycheproof
  return testGroups.flatMap(({publicKey, tests}) =>
    tests.map(({tcId, msg, sig, result}) => ({
      name: `wycheproof ${tcId}`,
      publicKey: publicKey.pk,
      message: msg,
      signature: sig,
      valid: result === 'valid',
    })),
  )
}

export function readSpeccheck(): readonly Ed25519Case[] {
  type Case = Readonly<Record<'message' | 'pub_key' | 'signature', string>>
  const cases = JSON.parse(readVectorText('ed25519-speccheck/cases.json')) as readonly Case[]
  return cases.map(({message, pub_key: publicKey, signature}, i) => ({
    name: `speccheck ${i}`,
    publicKey,
    message,
    signature,
    valid: i === 3,
  }))
}

export interface RfcVectors {
  readonly rfc8032_ed25519: readonly Readonly<Record<'name' | 'pk' | 'msg' | 'sig', string>>[]
  readonly rfc8785_appendixB_numbers: Readonly<Record<string, string | null>>
  readonly ed25519_small_order_encodings: readonly string[]
}

export const readRfc = (): RfcVectors => JSON.parse(readVectorText('rfc/rfc-vectors.json')) as RfcVectors

export const readRfc8032 = (): readonly Ed25519Case[] =>
  readRfc().rfc8032_ed25519.map(({name, pk, msg, sig}) => ({
    name: `RFC 8032 ${name}`,
    publicKey: pk,
    message: msg,
    signature: sig,
    valid: true,
  }))

/** Every published Ed25519 case, or none where the vectors are absent. */
export const publishedSignatures = (): readonly Ed25519Case[] =>
  vectorsPresent ? [...readRfc8032(), ...readWycheproof(), ...readSpeccheck()] : []

/** The double whose bits are 16 (or fewer) hex digits. */
export function doubleOf(hex: string): number {
  const view = new DataView(new ArrayBuffer(8))
  view.setBigUint64(0, BigInt(`0x${hex}`))
  return view.getFloat64(0)
}
