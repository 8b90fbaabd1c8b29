/** `npm run demo`: the main job, told with the committed gate, the real issuer and a local GitHub, all on loopback. */

import {generateKeyPairSync, sign} from 'node:crypto'
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {printPublicKey, printSignature, signingBytes} from '#protocol'
import {type Cast, type GateAsk, audit, comment, fetchReceipt, repository, runGate, startCast} from './demo/cast.ts'
import {
  printCheck,
  printEnd,
  printGate,
  printNote,
  printQuote,
  printReceipt,
  printStep,
  printTitle,
} from './demo/print.ts'

const help = `The main job on your own machine: a deploy is stopped, a reviewer authorizes it, it passes, forgeries are refused,\nand what was authorized is taken back and audited.

  npm run demo [-- --keep]

  --keep   leave the issuer and the local GitHub running and print how to go on; Ctrl-C ends them
  --help   this text

Exit code 0 only if every step came out as it must.
`

/** Counts steps and what did not come out as it must. */
class Story {
  failed = 0
  #steps = 0

  step(title: string): void {
    this.#steps += 1
    printStep(this.#steps, title)
  }

  check(what: string, holds: boolean): void {
    if (!holds) this.failed += 1
    printCheck(what, holds)
  }

  /** Runs a job and compares its verdict: `allowed`, or the code of the refusal. */
  async job(cast: Cast, expected: string, ask: GateAsk = {}): Promise<void> {
    const {exitCode, outputs, annotations, stderr} = await runGate(cast, ask)
    const authorized = outputs['authorized'] ?? '(not set)'
    const code = outputs['reason-code'] ?? ''
    const said = annotations.map(({message}) => message).join('\n') || stderr
    const receipt = `${outputs['receipt-id'] ?? ''}, by ${outputs['authorized-by'] ?? ''}, until ${outputs['expires-at'] ?? ''}`
    printGate({exitCode, authorized, code, message: authorized === 'true' ? receipt : said})
    if (expected === 'allowed') this.check('the job goes on', exitCode === 0 && authorized === 'true' && code === '')
    else this.check(`refused with ${expected}`, exitCode === 1 && authorized === 'false' && code === expected)
  }
}

async function authorize(cast: Cast, story: Story): Promise<string> {
  story.step('A deploy job starts. Nobody has authorized this commit.')
  await story.job(cast, 'receipt_missing')

  story.step('octocat, who may approve, comments without naming the commit.')
  const bare = '/authorize production'
  printQuote('octocat', bare)
  const answer = await comment(cast, bare)
  printQuote('countersign[bot]', answer)
  story.check('the answer is the exact line to copy', answer.includes(`\n/authorize production ${cast.head}\n`))

  story.step('octocat copies the line.')
  const full = `/authorize production ${cast.head}`
  printQuote('octocat', full)
  printQuote('countersign[bot]', await comment(cast, full))

  story.step('The receipt, as the check run on the commit carries it.')
  const receipt = await fetchReceipt(cast)
  printReceipt(receipt)

  story.step('The same deploy job again.')
  await story.job(cast, 'allowed')
  return receipt
}

async function attack(cast: Cast, story: Story, receipt: string): Promise<void> {
  story.step('Another commit, with this receipt.')
  const files = {'src/retry.ts': 'export const retries = 1e9\n'}
  const other = await cast.github.world.push({
    repository,
    branch: 'retry',
    pusher: 'hubot',
    message: 'One more thing',
    files,
  })
  await story.job(cast, 'commit_mismatch', {sha: other, with: {receipt}})

  story.step('Another environment, with this receipt.')
  await story.job(cast, 'environment_mismatch', {with: {environment: 'staging', receipt}})

  story.step('One byte of the receipt changed.')
  await story.job(cast, 'signature_invalid', {sha: other, with: {receipt: changeOneByte(receipt, cast.head)}})

  story.step("A receipt for that commit, right in everything, signed with a stranger's key.")
  await story.job(cast, 'key_not_pinned', {sha: other, with: {receipt: signAsStranger(receipt, other)}})
}

/** The last digit of the commit, one up. */
function changeOneByte(receipt: string, sha: string): string {
  const digit = ((parseInt(sha.slice(-1), 16) + 1) % 16).toString(16)
  return receipt.replaceAll(sha, sha.slice(0, -1) + digit)
}

/** What a thief without the issuer's key can make: a whole receipt, with a key of their own in it. */
function signAsStranger(receipt: string, sha: string): string {
  const {publicKey, privateKey} = generateKeyPairSync('ed25519')
  const raw = publicKey.export({format: 'der', type: 'spki'}).subarray(-32)
  const genuine = JSON.parse(receipt) as {scope: object}
  const body = {...genuine, scope: {...genuine.scope, sha}, publicKey: printPublicKey(raw)}
  return JSON.stringify({...body, signature: printSignature(sign(null, signingBytes(body), privateKey))})
}

async function survive(cast: Cast, story: Story, receipt: string): Promise<void> {
  await cast.issuer.stop()
  story.step('The issuer is stopped. GitHub still carries the receipt.')
  await story.job(cast, 'allowed')

  story.step('An air-gapped job: it is to ask neither issuer nor GitHub, and the receipt comes from a file.')
  const folder = await mkdtemp(join(tmpdir(), 'countersign-demo-'))
  try {
    const file = join(folder, 'receipt.json')
    await writeFile(file, receipt)
    const alone = {receipt: file, 'github-token': '', 'issuer-url': ''}
    await story.job(cast, 'allowed', {with: alone, env: {GITHUB_API_URL: 'http://127.0.0.1:9'}})
  } finally {
    await rm(folder, {recursive: true, force: true})
  }
}

async function takeBack(cast: Cast, story: Story): Promise<void> {
  await cast.issuer.restart()
  story.step('octocat looks again, and says no.')
  const no = '/deny production the retries hide a fault'
  printQuote('octocat', no)
  printQuote('countersign[bot]', await comment(cast, no))

  story.step('The same deploy job, with the receipt that let it through before.')
  await story.job(cast, 'denied')

  story.step('An auditor asks who authorized what, and verifies the answer on their own machine.')
  const {code, out} = await audit(cast)
  printQuote('countersign audit', out)
  story.check('every proof holds, the revocation among them', code === 0 && out.includes('revoked'))
}

async function leaveRunning({github, issuer, token, pullRequest, head}: Cast): Promise<void> {
  printTitle('Still running', 'Ctrl-C ends both.')
  printNote(`issuer      ${issuer.url}   (key to pin: ${issuer.pin})`)
  printNote(`local GitHub ${github.url}`)
  printNote('comment as octocat:')
  const url = `${github.url}/repos/${repository}/issues/${pullRequest}/comments`
  const body = JSON.stringify({body: `/authorize staging ${head}`})
  printNote(`  curl -H 'authorization: Bearer ${token}' ${url} -d '${body}'`)
  printNote('and read what is there:')
  printNote(`  curl ${url}`)
  await new Promise<void>((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve))
}

async function tell(keep: boolean): Promise<number> {
  const started = Date.now()
  const story = new Story()
  printTitle(
    'No receipt, no deploy',
    'The committed gate, the real issuer and a local GitHub, each a process of its own, on loopback.',
  )
  const cast = await startCast()
  try {
    printNote(`issuer ${cast.issuer.url}, local GitHub ${cast.github.url}`)
    printNote(`hubot proposes commit ${cast.head} in pull request #${cast.pullRequest} of ${repository}`)
    const receipt = await authorize(cast, story)
    await attack(cast, story, receipt)
    await survive(cast, story, receipt)
    await takeBack(cast, story)
    printEnd(story.failed, ((Date.now() - started) / 1000).toFixed(1))
    if (keep) await leaveRunning(cast)
  } finally {
    await cast.issuer.close()
    await cast.github.close()
  }
  return story.failed === 0 ? 0 : 1
}

const {values} = parseArgs({options: {keep: {type: 'boolean'}, help: {type: 'boolean'}}})
if (values.help === true) process.stdout.write(help)
else process.exitCode = await tell(values.keep === true)
