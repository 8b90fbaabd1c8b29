/** Where the store and the keys are, read from the issuer's own variables: for commands that take all of them along. */
import {readDatabasePath} from '../home/config.ts'
import {parseEvidence, parseKeyPath} from '../home/values.ts'
import {type Env, Variables} from '../home/variables.ts'
import type {KeyPlaces} from '../keys/issuer-keys.ts'

export function readKeyPlaces(env: Env): KeyPlaces | {readonly problems: readonly string[]} {
  const {COUNTERSIGN_STORE, COUNTERSIGN_RECEIPT_KEY, COUNTERSIGN_TOKEN_KEY, COUNTERSIGN_LEDGER_KEY} = env
  const {COUNTERSIGN_EVIDENCE_SECRET} = env
  const variables = new Variables({
    COUNTERSIGN_STORE,
    COUNTERSIGN_RECEIPT_KEY,
    COUNTERSIGN_TOKEN_KEY,
    COUNTERSIGN_LEDGER_KEY,
    COUNTERSIGN_EVIDENCE_SECRET,
  })
  const places = {
    databasePath: readDatabasePath(variables),
    receiptKey: variables.read('RECEIPT_KEY', parseKeyPath),
    tokenKey: variables.read('TOKEN_KEY', parseKeyPath),
    ledgerKey: variables.read('LEDGER_KEY', parseKeyPath),
    evidenceSecret: variables.read('EVIDENCE_SECRET', parseEvidence),
  }
  return variables.problems.length > 0 ? {problems: variables.problems} : places
}
