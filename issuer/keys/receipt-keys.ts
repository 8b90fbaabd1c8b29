/**
 * The files of the receipt keys: the first has the name that it was given, each successor stands beside it and is named
 * after its public key.
 *
 *   receipt-key.pem   receipt-key-8a7b3c1d5e9f0a2b.pem
 */
import {existsSync, readdirSync, renameSync} from 'node:fs'
import {dirname, join, parse} from 'node:path'
import type {PublicKey} from '#protocol'
import {loadSigner, makeKeyFile} from './pem.ts'
import type {Signer} from '../model/signer.ts'
import {syncFolder, unfinishedName} from './key-file.ts'
import type {Loaded, ReceiptKeys} from '../model/key-sets.ts'

/** `first` is the path of the first receipt key, here and below. */
function successorPath(first: string, publicKey: PublicKey): string {
  const {dir, name, ext} = parse(first)
  return join(dir, `${name}-${publicKey.slice('pp_pk_'.length, 'pp_pk_'.length + 16)}${ext}`)
}

/** Throws on file faults. */
export const receiptKeyFiles = (first: string): ReceiptKeys => ({
  signerOf: (publicKey) => loadReceiptKey(first, publicKey),
  successor: () => ({ok: true, value: makeSuccessor(first).publicKey}),
})

/** The names of the successors' files. */
export function findSuccessors(first: string): readonly string[] {
  const {name, ext} = parse(first)
  const folder = dirname(first)
  if (!existsSync(folder)) return []
  return readdirSync(folder).filter(
    (file) =>
      file.startsWith(`${name}-`) &&
      file.endsWith(ext) &&
      /^[0-9a-f]{16}$/.test(file.slice(name.length + 1, file.length - ext.length)),
  )
}

function loadReceiptKey(first: string, publicKey: PublicKey): Loaded<Signer> {
  const successor = successorPath(first, publicKey)
  const path = existsSync(successor) ? successor : first
  const loaded = loadSigner(path)
  if (!loaded.ok || loaded.value.publicKey === publicKey) return loaded
  return {
    ok: false,
    fault: `the key of ${publicKey} is neither in ${successor} nor in ${first}: put its file back, or rotate with --now`,
  }
}

/** Makes a successor's file with mode 600. */
function makeSuccessor(first: string): Signer {
  const unfinished = unfinishedName(first)
  makeKeyFile(unfinished, 'ed25519')
  const made = loadSigner(unfinished)
  if (!made.ok) throw new Error(made.fault)
  renameSync(unfinished, successorPath(first, made.value.publicKey))
  syncFolder(dirname(first))
  return made.value
}
