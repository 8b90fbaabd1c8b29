/** The commands of `countersign-issuer`: arguments -> what is printed. Everything from outside comes in by `tools`. */
import {parseArgs} from 'node:util'
import {codeOf} from '../keys/key-file.ts'
import {auditorUsage, linksUsage, runAuditor, runLinks} from './callers.ts'
import {backupUsage, restoreUsage, runBackup, runRestore} from './backup.ts'
import {evidenceKeysUsage, exportUsage, runEvidenceKeys, runExport} from './export.ts'
import {keysUsage, runKeys} from './keys.ts'
import {checkPolicy, explainPolicy} from './policy.ts'
import {type Printed, askedWrongly} from './printed.ts'
import type {RegisterTools} from './registers.ts'
import {resumeUsage, runLedger} from './resume.ts'

export interface CliTools {
  /** The file's text; throws when it cannot be read. */
  readonly readFile: (path: string) => string
}

interface Command {
  readonly usage: readonly string[]
  readonly run: (args: readonly string[], tools: RegisterTools) => Printed | Promise<Printed>
}

/** Those that work on the issuer's store; policies are files alone. */
const commands = new Map<string, Command>([
  ['auditor', {usage: auditorUsage, run: runAuditor}],
  ['links', {usage: linksUsage, run: runLinks}],
  ['keys', {usage: keysUsage, run: runKeys}],
  ['ledger', {usage: resumeUsage, run: runLedger}],
  ['export', {usage: exportUsage, run: runExport}],
  ['evidence-keys', {usage: evidenceKeysUsage, run: runEvidenceKeys}],
  ['backup', {usage: backupUsage, run: runBackup}],
  ['restore', {usage: restoreUsage, run: runRestore}],
])

const usage = [
  'countersign-issuer policy check FILE',
  'countersign-issuer policy explain FILE --facts FACTS.json',
  ...[...commands.values()].flatMap((command) => command.usage),
]

export async function runCommand(args: readonly string[], tools: CliTools & RegisterTools): Promise<Printed> {
  const [area = '', ...rest] = args
  const command = commands.get(area)
  if (command === undefined) return runCli(args, tools)
  try {
    return await command.run(rest, tools)
  } catch (fault) {
    return printMistake(fault)
  }
}

export function runCli(args: readonly string[], tools: CliTools): Printed {
  try {
    return runPolicy(args, tools)
  } catch (fault) {
    return printMistake(fault)
  }
}

/** The caller's own mistakes: an option that is none, a file that cannot be read. All else is a bug. */
function printMistake(fault: unknown): Printed {
  const isMistake = /^(?:ERR_PARSE_ARGS_[A-Z_]+|E[A-Z]+)$/.test(codeOf(fault))
  if (!isMistake || typeof fault !== 'object' || fault === null || !('message' in fault)) throw fault
  return {code: 2, lines: [String(fault.message)]}
}

function runPolicy(args: readonly string[], {readFile}: CliTools): Printed {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {facts: {type: 'string'}, help: {type: 'boolean'}},
  })
  if (values.help === true) return {code: 0, lines: help}
  const [area, command, file, ...rest] = positionals
  if (area !== 'policy' || file === undefined || rest.length > 0) return askedWrongly(usage)
  if (command === 'check' && values.facts === undefined) return checkPolicy(file, readFile(file))
  if (command === 'explain' && values.facts !== undefined) {
    return explainPolicy({file, text: readFile(file), facts: readFile(values.facts)})
  }
  return askedWrongly(usage)
}

const help = [
  'Checks and explains policy files (.github/countersign.yml), keeps the registers and keys, and exports audit packs.',
  '',
  ...usage.map((line) => `  ${line}`),
  '',
  'check names each mistake by line and column; explain judges the facts of one case, rule by rule.',
  'auditor, links and keys work on the store that COUNTERSIGN_STORE names, while the issuer runs; a token is printed',
  'once. keys needs COUNTERSIGN_RECEIPT_KEY and COUNTERSIGN_LEDGER_KEY as the issuer has them, and export besides',
  'COUNTERSIGN_TOKEN_KEY: it writes what was decided in a period as a folder that verifies without the issuer.',
  'evidence-keys writes the keys of the evidence of a period, for the auditor who checks that pack.',
  'backup copies the store while the issuer runs, restore puts a copy where no store is (docs/deploy.md); both verify it.',
  'Exit codes: 0 yes, 1 no (an invalid policy, or one that would not authorize), 2 used wrongly.',
]
