/**
 * `countersign ledger follow`: keeps an issuer's newest checkpoint, and at each run has it prove that the ledger still
 * begins with all of the one before. An issuer that rewrites or cuts what somebody follows signs the proof of it.
 */
import {type Origin, parseOrigin, verify} from '#protocol'
import {type CommandLine, readWords} from './arguments.ts'
import {type Command, type ExitCode, type Tools, complainOfUsage} from './command.ts'
import {describeFault} from './describe-fault.ts'
import {IssuerOutage} from './fetch-issuer.ts'
import {keepRefused, readNote, replaceNote} from './ledger/kept-note.ts'
import {fetchCheckpoint, fetchConsistency} from './ledger/issuer-ledger.ts'
import {type Terminal, printJson} from './terminal.ts'

const help = `countersign ledger follow --issuer ORIGIN --ledger-key KEY --state FILE [--json]

Asks the issuer for its newest checkpoint, verifies it, and has the issuer prove that the ledger still begins with
everything that the checkpoint in FILE covers. Then the newer one is kept in FILE. Run it by a timer.

  --issuer ORIGIN    such as https://countersign.example
  --ledger-key KEY   the ledger's verifier key, name+id+base64: the issuer prints it when it starts
  --state FILE       where the last checkpoint is kept; made at the first run
  --json             the result as one JSON object on standard output

A checkpoint that contradicts the one in FILE is kept beside it as FILE.refused: the two notes prove what happened.

Exit codes: 0 the ledger continues, 1 it does not, 2 the command line or the file is wrong, 3 the issuer did not answer.
`

interface FollowOrder {
  readonly issuer: Origin
  readonly ledgerKey: string
  readonly state: string
}

/** `from`: how far it was known before; null at the first run. */
type Followed =
  | {
      readonly valid: true
      readonly origin: string
      readonly from: number | null
      readonly size: number
      readonly root: string
    }
  | {readonly valid: false; readonly code: string; readonly reason: string; readonly refusedNote: string | null}

export const ledgerFollow: Command = {
  help,
  run: async (words, tools) => {
    const asked = readQuestion(words)
    if (!asked.ok) return complainOfUsage(tools.terminal, 'ledger follow', asked.fault)
    try {
      const followed = await follow(asked.value.question)
      if (asked.value.isJson) tools.terminal.print(printJson({type: 'countersign.follow/v1', ...followed}))
      return report(followed, tools.terminal, asked.value.isJson)
    } catch (fault) {
      return complainOfFault(fault, tools)
    }
  },
}

interface FollowedIssuer {
  readonly question: FollowOrder
  readonly isJson: boolean
}

function readQuestion(words: readonly string[]): CommandLine<FollowedIssuer> {
  const read = readWords(words, {issuer: 'text', 'ledger-key': 'text', state: 'text', json: 'flag'})
  if (!read.ok) return read
  const {text, flag, files} = read.value
  const issuer = parseOrigin(text('issuer'))
  const ledgerKey = text('ledger-key')
  const state = text('state')
  const problems = [
    ...(files.length === 0 ? [] : [`${files.join(' ')}: no option takes this.`]),
    ...(issuer === undefined ? ['--issuer: give an origin such as https://countersign.example, without a path.'] : []),
    ...(ledgerKey === undefined ? ['--ledger-key: give the verifier key that the issuer prints.'] : []),
    ...(state === undefined ? ['--state: name the file that keeps the last checkpoint.'] : []),
  ]
  if (issuer === undefined || ledgerKey === undefined || state === undefined || problems.length > 0) {
    return {ok: false, fault: problems}
  }
  return {ok: true, value: {question: {issuer, ledgerKey, state}, isJson: flag('json')}}
}

async function follow({issuer, ledgerKey, state}: FollowOrder): Promise<Followed> {
  const previous = readNote(state)
  const older = previous === undefined ? undefined : verify.checkpoint(previous, ledgerKey)
  // Read before the network is: a file that does not hold is the user's to look at, not the issuer's fault.
  if (older?.valid === false) return {...older, reason: `${state}: ${older.reason}`, refusedNote: null}
  const note = await fetchCheckpoint(issuer)
  const newer = verify.checkpoint(note, ledgerKey)
  if (!newer.valid) return {...newer, refusedNote: null}
  if (previous !== undefined && older !== undefined) {
    const sizes = {from: older.size, to: newer.size}
    const proof = older.size < newer.size ? await fetchConsistency(issuer, sizes) : []
    const continued = verify.consistency({previous, checkpoint: note, ledgerKey, proof})
    if (!continued.valid) return {...continued, refusedNote: keepRefused(state, note)}
  }
  // From here the next run measures the issuer by this checkpoint.
  replaceNote(state, note)
  return {valid: true, origin: newer.origin, from: older?.size ?? null, size: newer.size, root: newer.root}
}

function report(followed: Followed, terminal: Terminal, isJson: boolean): ExitCode {
  if (!followed.valid) {
    terminal.complain(`Refused (${followed.code}): ${followed.reason}`, 'bad')
    if (followed.refusedNote !== null) terminal.complain(`The refused checkpoint is kept in ${followed.refusedNote}.`)
    return 1
  }
  const {origin, from, size} = followed
  const how =
    from === null
      ? 'kept as the first checkpoint; nothing could be compared with it yet'
      : `it begins with all ${from} entries that were known`
  if (!isJson) terminal.print(`${origin}: ${size} entries; ${how}.`, 'good')
  return 0
}

function complainOfFault(fault: unknown, {terminal}: Tools): ExitCode {
  if (fault instanceof IssuerOutage) {
    terminal.complain(`The issuer did not answer: ${fault.message}. Nothing is known about its ledger now.`, 'bad')
    return 3
  }
  terminal.complain(`The file that keeps the checkpoint: ${describeFault(fault)}.`, 'bad')
  return 2
}
