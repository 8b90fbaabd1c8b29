/** A second opinion on a receipt's signature that runs no code of this project: python3 takes it apart, openssl verifies. */
import {spawnSync} from 'node:child_process'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {fileURLToPath} from 'node:url'

const script = fileURLToPath(new URL('canonical.py', import.meta.url))

const runs = (program: string, ...args: readonly string[]): boolean => spawnSync(program, args).status === 0

/** Why openssl cannot be asked here, or undefined when it can: name a test's skip by it. */
export function whyNoOpenssl(): string | undefined {
  if (!runs('python3', '--version')) return 'python3 is absent'
  return runs('openssl', 'version') ? undefined : 'openssl is absent'
}

/**
 * `verified` or `refused` by `openssl pkeyutl`, under the key that the receipt carries: whether that key is to be
 * trusted is not openssl's question. `unreadable` when the text is not a receipt to python.
 */
export function opensslVerdict(receiptText: string): 'verified' | 'refused' | 'unreadable' {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-openssl-'))
  try {
    const file = (name: string): string => join(folder, name)
    writeFileSync(file('receipt.json'), receiptText)
    if (!runs('python3', script, file('receipt.json'), folder)) return 'unreadable'
    const key = ['-pubin', '-keyform', 'DER', '-inkey', file('key.der')]
    const signed = ['-rawin', '-in', file('message'), '-sigfile', file('signature')]
    return runs('openssl', 'pkeyutl', '-verify', ...key, ...signed) ? 'verified' : 'refused'
  } finally {
    rmSync(folder, {recursive: true})
  }
}
