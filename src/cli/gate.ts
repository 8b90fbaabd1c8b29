/** `countersign gate`: the Action's own gate for any deploy script; its options are the Action's inputs. */
import {type GateResult, describeRevocation, resultOf} from '../action/result.ts'
import {type InputName, inputNames} from '../action/inputs.ts'
import {readJob} from '../action/job.ts'
import type {GateOutcome} from '../gate/ports.ts'
import {openPlaces, readRequest} from '../action/request.ts'
import {deny} from '#protocol'
import {runGate} from '../gate.ts'
import {readWords} from './arguments.ts'
import {type Command, type ExitCode, type Tools, complainOfUsage} from './command.ts'
import {type Terminal, printJson} from './terminal.ts'

const help = `countersign gate --environment NAME --public-key PP_PK_LINE [options] && ./deploy.sh

Exits with 0 only after a receipt verified for exactly this deployment. Every option is the input of that name of the
GitHub Action, and every refusal has the same code (docs/refusals.md).

  --environment NAME       the environment that is deployed to; compared exactly
  --public-key LINE        a pinned receipt key, pp_pk_…; may be given several times
  --repository OWNER/NAME  what is deployed, with
  --repository-id ID       its numeric id
  --sha COMMIT             the full commit that is deployed
                           (in a GitHub workflow these three come from the event where they are not given)
  --receipt FILE           a receipt: a file, or JSON that begins with {
  --issuer-url ORIGIN      where to ask for receipts; a receipt must then name this issuer
  --app-id ID              the issuer's GitHub App: only its check runs are read
  --match WORD             commit (default), or tree: a receipt counts whose content is what is checked out
  --checkout MODE          verify (default): the files at --path make the tree that was signed; ignore: not looked at
  --path FOLDER            where the checkout is; default: here, or the nearest folder above with a repository
  --min-approvals N        default 1
  --require-proof WORD     comment (default) or passkey
  --refuse-flags WORDS     default "self emergency"
  --max-ttl DURATION       default 24h
  --ledger-key KEY         verifies the ledger's checkpoint that came with the receipt, name+id+base64
  --wait DURATION          tries this long until there is a receipt; default 0
  --redeem WORD            true: this run uses the receipt up, recorded by the issuer (in a GitHub workflow with
                           id-token: write); default false
  --json                   the whole result as one JSON object on standard output

The variable GITHUB_TOKEN, when it is set, lets GitHub be asked for the check run that carries the receipt
(GITHUB_API_URL: on another server). There is no option for it: other users see a process's options. Behind a proxy set
NODE_USE_ENV_PROXY=1 (Node 24 and later).

Exit codes: 0 authorized, 1 refused, 2 the command line cannot be read.
`

/** Those of action.yml. */
export const gateDefaults: Readonly<Partial<Record<InputName, string>>> = {
  match: 'commit',
  checkout: 'verify',
  'min-approvals': '1',
  'require-proof': 'comment',
  'refuse-flags': 'self emergency',
  'max-ttl': '24h',
  wait: '0',
  redeem: 'false',
  report: 'true',
}

/** The token is no option: it would stand in the list of processes. Nor is the report: a command sees no job's end. */
const optionNames = inputNames.filter((name) => name !== 'github-token' && name !== 'report')
const sourceLimitMs = 10_000

export const gate: Command = {
  help,
  run: async (words, tools) => {
    const options = optionNames.map((name) => [name, name === 'public-key' ? 'texts' : 'text'] as const)
    const read = readWords(words, {...Object.fromEntries(options), json: 'flag'})
    if (!read.ok) return complainOfUsage(tools.terminal, 'gate', read.fault)
    const {text, flag, files} = read.value
    if (files.length > 0) return complainOfUsage(tools.terminal, 'gate', [`${files.join(' ')}: no option takes this.`])
    const token = tools.env['GITHUB_TOKEN'] ?? ''
    const input = (name: InputName): string =>
      name === 'github-token' ? token : (text(name) ?? gateDefaults[name] ?? '')
    const result = resultOf(await askGate(input, tools))
    if (flag('json')) tools.terminal.print(printJson(result))
    return report(result, tools.terminal, flag('json'))
  },
}

async function askGate(input: (name: InputName) => string, {env, now, terminal}: Tools): Promise<GateOutcome> {
  const job = readJob(env)
  const reading = readRequest(input, job)
  if (!reading.ok) return {decision: deny(reading.fault), answers: [], warnings: []}
  const request = reading.value
  // Nothing of a token is ever printed, and there is no runner to hide it.
  const {places} = await openPlaces(request, job, {env: {...env}, mask: () => undefined})
  return runGate(request.ask, {
    ...places,
    clock: {now, pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms))},
    limit: () => AbortSignal.timeout(sourceLimitMs),
    progress: (line) => terminal.complain(line, 'faint'),
  })
}

function report(result: GateResult, terminal: Terminal, isJson: boolean): ExitCode {
  for (const warning of result.warnings) terminal.complain(warning, 'faint')
  if (result.authorized) {
    if (!isJson) terminal.print(result.what, 'good')
    if (result.revocation !== 'issuer') terminal.complain(describeRevocation(result), 'faint')
    return 0
  }
  terminal.complain(`Refused (${result.code ?? ''}): ${result.what}`, 'bad')
  if (result.fix !== null) terminal.complain(result.fix)
  if (result.comment !== null && result.fix?.includes(result.comment.text) !== true) {
    terminal.complain(`The comment to post on the pull request of this commit: ${result.comment.text}`)
  }
  return 1
}
