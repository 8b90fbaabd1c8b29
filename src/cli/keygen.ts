/** `countersign keygen FILE`: a new Ed25519 key in a file that only its owner may read, and the line to pin. */
import {generateKeyPairSync} from 'node:crypto'
import {closeSync, fsyncSync, openSync, writeSync} from 'node:fs'
import {printPublicKey} from '#protocol'
import {faultCode} from '../action/fault.ts'
import {readWords} from './arguments.ts'
import {type Command, complainOfUsage} from './command.ts'

const help = `countersign keygen FILE

Makes an Ed25519 key, writes its private half to FILE as PKCS#8 PEM (mode 600; an existing file is never replaced), and
prints the pp_pk_ line of its public half, which is what others pin. The private half is never printed.

One key serves one purpose: receipts and the ledger need a key each.

Exit codes: 0 done, 2 the file cannot be written.
`

export const keygen: Command = {
  help,
  run: (words, {terminal}) => {
    const read = readWords(words, {})
    if (!read.ok) return Promise.resolve(complainOfUsage(terminal, 'keygen', read.fault))
    const [path, ...more] = read.value.files
    if (path === undefined || more.length > 0) {
      return Promise.resolve(complainOfUsage(terminal, 'keygen', ['Name one file for the private key.']))
    }
    const {privateKey, publicKey} = generateKeyPairSync('ed25519')
    const problem = writeNewFile(path, privateKey.export({type: 'pkcs8', format: 'pem'}).toString())
    if (problem !== undefined) {
      terminal.complain(problem, 'bad')
      return Promise.resolve(2)
    }
    // The last 32 bytes of an Ed25519 SubjectPublicKeyInfo are the raw key (RFC 8410 §4).
    const raw = publicKey.export({type: 'spki', format: 'der'}).subarray(-32)
    terminal.print(printPublicKey(new Uint8Array(raw)))
    terminal.complain(`The private key is in ${path}. Back it up where you keep secrets.`, 'faint')
    return Promise.resolve(0)
  },
}

/** Made with its mode, not changed to it: there is no moment in which others may read it. */
function writeNewFile(path: string, content: string): string | undefined {
  try {
    const file = openSync(path, 'wx', 0o600)
    try {
      writeSync(file, content)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    return undefined
  } catch (fault) {
    const code = faultCode(fault)
    if (code === 'EEXIST') return `${path} is there already, and keys are never replaced: name another file.`
    return `${path} cannot be written (${code ?? 'unknown fault'}).`
  }
}
