/** The `countersign` command: picks the story that is asked for and ends with its exit code. Nothing is decided here. */
import {faultMember} from '../action/fault.ts'
import {audit} from './audit.ts'
import type {Command, ExitCode, Tools} from './command.ts'
import {doctor} from './doctor.ts'
import {exportPack} from './export.ts'
import {gate} from './gate.ts'
import {keygen} from './keygen.ts'
import {ledgerFollow} from './ledger-follow.ts'
import {openTerminal} from './terminal.ts'
import {verifyFiles} from './verify.ts'

const commands: ReadonlyMap<string, Command> = new Map([
  ['verify', verifyFiles],
  ['gate', gate],
  ['audit', audit],
  ['export', exportPack],
  ['doctor', doctor],
  ['keygen', keygen],
  ['ledger follow', ledgerFollow],
])

const help = `countersign: who authorized what, checked on your own machine.

  countersign verify FILE…     receipts, tokens, evidence, revocations, ledgers, checkpoints, audit packs
  countersign gate …           stops a deploy script unless a receipt authorizes the commit
  countersign audit …          who authorized what was deployed at a moment, and the proof
  countersign export …         what was decided in a period, as a folder that verifies by itself
  countersign doctor …         what weakens the gate in a repository, and how to mend it
  countersign ledger follow …  notices when an issuer rewrites or cuts its ledger
  countersign keygen FILE      makes an Ed25519 key and prints the line to pin

countersign <command> --help says all about one of them.

Exit codes: 0 valid, 1 refused, 2 the command line or a file is wrong, 3 the issuer did not answer.
`

async function run(words: readonly string[], tools: Tools): Promise<ExitCode> {
  const [first = '--help', second = ''] = words
  if (first === '--help' || first === 'help') {
    tools.terminal.print(help.trimEnd())
    return 0
  }
  const pair = commands.get(`${first} ${second}`)
  const command = pair ?? commands.get(first)
  if (command === undefined) {
    tools.terminal.complain(`There is no command ${JSON.stringify(first)}; countersign --help lists them.`)
    return 2
  }
  const arguments_ = words.slice(pair === undefined ? 1 : 2)
  if (arguments_.includes('--help')) {
    tools.terminal.print(command.help.trimEnd())
    return 0
  }
  return command.run(arguments_, tools)
}

/** The one catch: whatever was thrown, nothing was found valid. */
async function main(): Promise<ExitCode> {
  const terminal = openTerminal(process)
  try {
    return await run(process.argv.slice(2), {terminal, env: process.env, stdin: process.stdin, now: Date.now})
  } catch (fault) {
    const message = faultMember(fault, 'message')
    terminal.complain(`internal_error: ${typeof message === 'string' ? message : 'something was thrown'}`, 'bad')
    return 1
  }
}

// Until main has said otherwise, an end of this process, however it comes about, is a refusal.
process.exitCode = 1
const code = await main()
// An input that nobody closes must not hold the process.
process.stdout.write('', () => process.exit(code))
