/** `countersign doctor`: what weakens the gate in a repository's workflows and settings, and how to mend it. */
import {type Command, type ExitCode, type Tools, complainOfUsage} from './command.ts'
import {readAccess} from './doctor/access.ts'
import type {Asked} from './doctor/github/doctor.ts'
import {readLocal} from './doctor/local.ts'
import {type DoctorOrder, readOrder} from './doctor/order.ts'
import {type Report, printable, sortFindings, tell} from './doctor/report.ts'
import {isAtLeast, severityOf} from './doctor/rules.ts'
import {sarifOf} from './doctor/sarif.ts'
import {printJson} from './terminal.ts'

const help = `countersign doctor OWNER/REPO [--ref REF] [options]
countersign doctor --local DIR [options]

Reads a repository's workflow files, policy, CODEOWNERS and settings, and says what weakens the gate, what could happen,
and how to mend it. Nothing is changed. docs/doctor.md lists everything that it looks for, and what the token must read.

  OWNER/REPO         asked of GitHub with the token in GITHUB_TOKEN or GH_TOKEN (GITHUB_API_URL: on another server)
  --ref REF          the files of a branch, a tag or a commit. Default: of the default branch
  --local DIR        the files of a checkout; nobody is asked, and nothing is said of settings
  --fail-on WORD     high (default), medium or low: from which severity on a finding ends with 1
  --json             one JSON object on standard output
  --sarif            SARIF 2.1.0 on standard output

What cannot be judged from the text, such as an expression that is worked out at run time, is said and counts as nothing.

Exit codes: 0 nothing found, 1 something found, 2 the command line is wrong, or something could not be looked at.
`

export const doctor: Command = {
  help,
  run: async (words, tools) => {
    const read = readOrder(words)
    if (!read.ok) return complainOfUsage(tools.terminal, 'doctor', read.fault)
    const report = await examine(read.value, tools)
    if (typeof report === 'string') {
      tools.terminal.complain(report, 'bad')
      return 2
    }
    print(report, read.value, tools)
    return codeOf(report, read.value)
  },
}

/** A text is why nothing could be looked at. */
async function examine({subject}: DoctorOrder, {env}: Tools): Promise<Report | string> {
  if (subject.kind === 'github') return await examineOnGitHub(subject, env)
  const files = readLocal(subject.folder)
  if (!files.ok) return files.fault
  // Loaded here, since no other command has a use for the readers of YAML and policies.
  const {examineFiles} = await import('./doctor/examine.ts')
  const {findings, unknown, unseen} = examineFiles(files.value.texts)
  return {
    subject: subject.folder,
    findings: sortFindings(findings),
    unknown,
    unseen: [...files.value.unseen, ...unseen],
  }
}

async function examineOnGitHub(asked: Asked, env: Tools['env']): Promise<Report | string> {
  const access = readAccess(env)
  if (!access.ok) return access.fault
  const {examineRepository} = await import('./doctor/github/doctor.ts')
  const examined = await examineRepository(asked, access.value)
  if (!examined.ok) return examined.fault
  const {findings, unknown, unseen} = examined.value
  return {subject: asked.repository, findings: sortFindings(findings), unknown, unseen}
}

function print(report: Report, {form}: DoctorOrder, {terminal}: Tools): void {
  switch (form) {
    case 'text':
      return tell(report, terminal)
    case 'json':
      return terminal.print(printJson(printable(report)))
    case 'sarif':
      return terminal.print(printJson(sarifOf(report)))
    default:
      return form satisfies never
  }
}

/** What was not seen may be the worst of all, so it comes before what was found. */
function codeOf({findings, unseen}: Report, {failOn}: DoctorOrder): ExitCode {
  if (unseen.length > 0) return 2
  return findings.some(({rule}) => isAtLeast(severityOf(rule), failOn)) ? 1 : 0
}
