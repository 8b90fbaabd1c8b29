/** An issuer's keys, store and ring, and its commands run beside it as an operator runs them, at a time that stands still. */
import {mkdtempSync, rmSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {type Entry, type KeySet, type PublicKey, parsePublicKey, printSignature, signingBytes} from '#protocol'
import type {Printed} from '../../issuer/cli/printed.ts'
import {runCommand} from '../../issuer/cli/run.ts'
import {type KeyRing, openKeyRing} from '../../issuer/keys/key-ring.ts'
import {type KeyPlaces, type SigningKeys, openKeys} from '../../issuer/keys/issuer-keys.ts'
import {createLedger} from '../../issuer/keys/begin-ledger.ts'
import {type Embedded, openSqlite} from '../../issuer/store/sqlite.ts'
import {receiptBody} from '../protocol/builders.ts'
import {must} from './builders.ts'

export const noon = Date.parse('2026-04-02T12:00:00.250Z')
export const day = 86_400_000

export interface KeyIssuer {
  readonly folder: string
  readonly keys: SigningKeys
  readonly durable: Embedded
  readonly ring: KeyRing
  readonly clock: {now: number}
  readonly warnings: readonly string[]
  /** The words after `countersign-issuer keys`. */
  readonly run: (words: string) => Promise<Printed>
  /** The same files opened once more, as at a restart; or why they cannot be. */
  readonly reopen: () => Promise<KeyRing | string>
  readonly entries: () => Promise<readonly Entry[]>
  readonly close: () => void
}

export async function startKeyIssuer(env: Readonly<Record<string, string>> = {}): Promise<KeyIssuer> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-rotation-'))
  const databasePath = join(folder, 'countersign.db')
  const places: KeyPlaces = {databasePath, receiptKey: env['COUNTERSIGN_RECEIPT_KEY']}
  const opened = openKeys(places)
  if (!opened.ok) throw new Error(opened.fault.join('\n'))
  const {keys} = opened.value
  const durable = openSqlite(databasePath)
  const clock = {now: noon}
  const warnings: string[] = []
  const around = {now: () => clock.now, warn: (problem: string) => void warnings.push(problem)}
  await createLedger({host: 'countersign.example', keys, durable}, clock.now)
  const ring = await openKeyRing({keys, durable, ...around})
  if (typeof ring === 'string') throw new Error(ring)
  const variables = {COUNTERSIGN_STORE: `sqlite:${databasePath}`, ...env}
  return {
    folder,
    keys,
    durable,
    ring,
    clock,
    warnings,
    run: (words) => runCommand(['keys', ...words.split(' ')], {...around, env: variables, readFile: () => ''}),
    reopen: async () => {
      const again = openKeys(places)
      return again.ok ? await openKeyRing({keys: again.value.keys, durable, ...around}) : again.fault.join('\n')
    },
    entries: () => durable.entries.entries(0, 1000),
    close: () => {
      durable.close()
      rmSync(folder, {recursive: true, force: true})
    },
  }
}

/** The key that a command printed. */
export const keyIn = ({lines}: Printed): PublicKey => must(parsePublicKey(lines[0]))

/** A receipt as a running issuer signs it now, alive from now on. */
export async function receiptNow({ring, clock}: Pick<KeyIssuer, 'ring' | 'clock'>): Promise<string> {
  const {signer} = ring
  const time = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`
  const life = {issuedAt: time(clock.now), expiresAt: time(clock.now + 3_600_000)}
  const body = {...receiptBody(life), publicKey: signer.publicKey}
  return JSON.stringify({...body, signature: printSignature(await signer.sign(signingBytes(body)))})
}

/** Of each receipt key what it may do: `[key, status, notBefore, notAfter]`. */
export const statuses = ({keys}: KeySet): readonly (readonly (string | null)[])[] =>
  keys
    .filter(({use}) => use === 'receipt')
    .map(({publicKey, status, notBefore, notAfter}) => [publicKey, status, notBefore, notAfter])
