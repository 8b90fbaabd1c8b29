/**
 * `countersign-issuer ledger resume`: says that a lost or older store is meant (threats A48). What is left of it is put
 * aside, and a ledger with an origin of its own begins under the same keys: never two histories under one name.
 */
import {existsSync, renameSync} from 'node:fs'
import {parseArgs} from 'node:util'
import {printVerifierKey} from '#protocol'
import {parsePublicUrl} from '../home/values.ts'
import {Variables} from '../home/variables.ts'
import {type SigningKeys, checkStore, loadSigningKeys} from '../keys/issuer-keys.ts'
import {markLedger} from '../keys/ledger-mark.ts'
import {createLedger} from '../keys/begin-ledger.ts'
import {openSqlite} from '../store/sqlite.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, readKeyPlaces} from './registers.ts'

export const resumeUsage = ['countersign-issuer ledger resume']

export async function runLedger(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const {positionals} = parseArgs({args: [...args], allowPositionals: true, options: {}})
  const [command, ...rest] = positionals
  if (command !== 'resume' || rest.length > 0) return askedWrongly(resumeUsage)
  const read = readPlaces(tools)
  if ('problems' in read) return {code: 2, lines: read.problems}
  const found = await look(read)
  switch (found) {
    case 'whole':
      return {code: 1, lines: ['The store is the one that was used with these keys: there is nothing to resume.']}
    case 'lost':
      return await resume(read, tools)
    default:
      return {code: 2, lines: [`COUNTERSIGN_STORE: ${found.problem}. Where it is damaged, move it away, then resume`]}
  }
}

interface Places {
  readonly path: string
  readonly host: string
  readonly keys: SigningKeys
}

function readPlaces({env}: RegisterTools): Places | {readonly problems: readonly string[]} {
  const places = readKeyPlaces(env, ['STORE', 'RECEIPT_KEY', 'LEDGER_KEY'])
  const {COUNTERSIGN_PUBLIC_URL} = env
  const variables = new Variables({COUNTERSIGN_PUBLIC_URL})
  const publicUrl = variables.read('PUBLIC_URL', parsePublicUrl)
  if (publicUrl === undefined) variables.refuse('PUBLIC_URL', 'is needed: the new ledger is named after its host')
  if ('problems' in places) return {problems: [...places.problems, ...variables.problems]}
  if (publicUrl === undefined) return {problems: variables.problems}
  const signing = loadSigningKeys(places)
  if (!signing.ok) return {problems: signing.fault}
  if (signing.value.keys.receipt === undefined) {
    return {problems: ['COUNTERSIGN_RECEIPT_KEY: must name the key that is to sign; the first one is gone']}
  }
  return {path: places.databasePath, host: new URL(publicUrl).host, keys: signing.value.keys}
}

/** Another program's file, or one of a newer version, is not put aside by us. */
async function look({path, keys}: Places): Promise<'whole' | 'lost' | {readonly problem: string}> {
  if (!existsSync(path)) return 'lost'
  try {
    const durable = openSqlite(path)
    try {
      return (await checkStore({...keys, stoodBeside: true}, durable.entries)).kind === 'known' ? 'whole' : 'lost'
    } finally {
      durable.close()
    }
  } catch (fault) {
    return {problem: fault instanceof Error ? fault.message : 'the database cannot be read'}
  }
}

async function resume({path, host, keys}: Places, {now}: RegisterTools): Promise<Printed> {
  const aside = `${path}.before-${new Date(now()).toISOString().replace(/[^0-9TZ]/g, '')}`
  for (const end of ['', '-wal', '-shm']) if (existsSync(`${path}${end}`)) renameSync(`${path}${end}`, `${aside}${end}`)
  const durable = openSqlite(path)
  try {
    await createLedger({host, keys, durable}, now())
    const first = await durable.entries.last()
    markLedger(keys.markPath, first)
    const notes = [
      `The old store is now in ${aside} and its like. Refusals, revocations and uses that only it knew are forgotten:`,
      'pin the receipt key anew (countersign-issuer keys rotate --now) if receipts of before must not count.',
      'Give the new verifier key to whoever follows the ledger.',
    ]
    return {code: 0, lines: [printVerifierKey(first.ledger, keys.ledger.publicKey)], notes}
  } finally {
    durable.close()
  }
}
