/** The issuer's keys as its commands use them: the files and the store that the same variables name, under the same checks. */
import {readDatabasePath} from '../home/config.ts'
import {parseKeyPath} from '../home/values.ts'
import {Variables} from '../home/variables.ts'
import type {Announcing} from '../keys/announce-keys.ts'
import {checkStore, loadSigningKeys} from '../keys/issuer-keys.ts'
import {openKeyRing} from '../keys/key-ring.ts'
import type {Printed} from './printed.ts'
import {type RegisterTools, type Registers, withRegisters} from './registers.ts'

export type OpenedRing = Announcing & {readonly durable: Registers}

export async function withKeyRing(
  tools: RegisterTools,
  work: (opened: OpenedRing) => Promise<Printed>,
): Promise<Printed> {
  return await withRegisters(tools, async (durable) => {
    const opened = await openRing(durable, tools)
    return 'problems' in opened ? {code: 2, lines: opened.problems} : await work(opened)
  })
}

type Problems = {readonly problems: readonly string[]}

/** An older copy of the store is refused as at a start: what is appended to it would contradict what was signed. */
async function openRing(durable: Registers, {env, now}: RegisterTools): Promise<OpenedRing | Problems> {
  const {COUNTERSIGN_STORE, COUNTERSIGN_RECEIPT_KEY, COUNTERSIGN_LEDGER_KEY} = env
  const variables = new Variables({COUNTERSIGN_STORE, COUNTERSIGN_RECEIPT_KEY, COUNTERSIGN_LEDGER_KEY})
  const signing = loadSigningKeys({
    databasePath: readDatabasePath(variables),
    receiptKey: variables.read('RECEIPT_KEY', parseKeyPath),
    ledgerKey: variables.read('LEDGER_KEY', parseKeyPath),
  })
  if (variables.problems.length > 0) return {problems: variables.problems}
  if (!signing.ok) return {problems: signing.fault}
  const {keys} = signing.value
  const checked = await checkStore({...keys, stoodBeside: true}, durable.entries)
  if (checked.kind === 'refused') return {problems: [checked.problem]}
  const ring = await openKeyRing({keys, durable, now, warn: () => undefined})
  return typeof ring === 'string' ? {problems: [ring]} : {ring, durable, keys, now}
}
