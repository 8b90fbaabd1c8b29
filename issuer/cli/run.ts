/** The commands of `countersign-issuer`: arguments -> what is printed. Everything from outside comes in by `tools`. */
import {parseArgs} from 'node:util'
import {auditorUsage, runAuditor} from './auditor.ts'
import {backupUsage, runBackup} from './backup.ts'
import {evidenceKeysUsage, runEvidenceKeys} from './evidence-keys.ts'
import {type ExportTools, exportUsage, runExport} from './export.ts'
import {keysUsage, runKeys} from './keys.ts'
import {linksUsage, runLinks} from './links.ts'
import {checkPolicy} from './policy-check.ts'
import {explainPolicy} from './policy-explain.ts'
import type {Printed} from './printed.ts'
import {restoreUsage, runRestore} from './restore.ts'
import {resumeUsage, runLedger} from './resume.ts'

export interface CliTools {
  /** The file's text; throws when it cannot be read. */
  readonly readFile: (path: string) => string
}

export const usage = [
  'countersign-issuer policy check FILE',
  'countersign-issuer policy explain FILE --facts FACTS.json',
  ...auditorUsage,
  ...linksUsage,
  ...keysUsage,
  ...resumeUsage,
  ...exportUsage,
  ...evidenceKeysUsage,
  ...backupUsage,
  ...restoreUsage,
]

/** Every command: policies are files alone, the others work on the issuer's store. */
export async function runCommand(args: readonly string[], tools: CliTools & ExportTools): Promise<Printed> {
  const [area, ...rest] = args
  try {
    if (area === 'auditor') return await runAuditor(rest, tools)
    if (area === 'links') return await runLinks(rest, tools)
    if (area === 'keys') return await runKeys(rest, tools)
    if (area === 'ledger') return await runLedger(rest, tools)
    if (area === 'export') return await runExport(rest, tools)
    if (area === 'evidence-keys') return await runEvidenceKeys(rest, tools)
    if (area === 'backup') return runBackup(rest, tools)
    if (area === 'restore') return await runRestore(rest, tools)
  } catch (fault) {
    return printMistake(fault)
  }
  return runCli(args, tools)
}

export function runCli(args: readonly string[], tools: CliTools): Printed {
  try {
    return runPolicy(args, tools)
  } catch (fault) {
    return printMistake(fault)
  }
}

function printMistake(fault: unknown): Printed {
  const problem = describeMistake(fault)
  if (problem === undefined) throw fault
  return {code: 2, lines: [problem]}
}

/** The caller's own mistakes: an option that is none, a file that cannot be read. All else is a bug. */
function describeMistake(fault: unknown): string | undefined {
  if (typeof fault !== 'object' || fault === null || !('code' in fault) || !('message' in fault)) return undefined
  return /^(?:ERR_PARSE_ARGS_[A-Z_]+|E[A-Z]+)$/.test(String(fault.code)) ? String(fault.message) : undefined
}

function runPolicy(args: readonly string[], {readFile}: CliTools): Printed {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {facts: {type: 'string'}, help: {type: 'boolean'}},
  })
  if (values.help === true) return {code: 0, lines: help}
  const [area, command, file, ...rest] = positionals
  if (area !== 'policy' || file === undefined || rest.length > 0) return wrongly()
  if (command === 'check' && values.facts === undefined) return checkPolicy(file, readFile(file))
  if (command === 'explain' && values.facts !== undefined) {
    return explainPolicy({file, text: readFile(file), facts: readFile(values.facts)})
  }
  return wrongly()
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

const wrongly = (): Printed => ({code: 2, lines: ['Usage:', ...usage.map((line) => `  ${line}`)]})
