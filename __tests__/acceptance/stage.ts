/** A stage for acceptance and attack tests: the sandbox GitHub, the running issuer, and jobs with the committed gate. */
import {fileURLToPath} from 'node:url'
import type {IssuerOptions} from '../../sandbox/issuer-process.ts'
import type {JobStatus} from '../../sandbox/runner/action-file.ts'
import {type PlanJob, planJob} from '../../sandbox/runner/plan.ts'
import {Runner, type StepResult} from '../../sandbox/runner.ts'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {theRepository} from '../../sandbox/world.ts'
import {type Issuer, startIssuer} from './home.ts'
import {afterEveryNo} from './later.ts'

export const repository = 'octo-org/api-service'
/** The folder of action.yml. */
export const action = fileURLToPath(new URL('../..', import.meta.url))

export interface StageOptions {
  /** A plain token instead of the App. */
  readonly plainToken?: boolean
  readonly private?: boolean
  /** On the default branch, besides the service's own. */
  readonly files?: Readonly<Record<string, string>>
  /** An issuer that has its App by other ways than variables. */
  readonly start?: (options: Pick<IssuerOptions, 'githubUrl' | 'oidcIssuer'>) => Promise<Issuer>
  readonly env?: IssuerOptions['env']
}

export interface GateAsk {
  /** Inputs on top of (or instead of) environment, public-key and issuer-url; undefined takes one away. */
  readonly with?: Readonly<Record<string, string | undefined>>
  readonly env?: Readonly<Record<string, string | undefined>>
  /** Default: a push of the pull request's head, by hubot, with `checks: read`. */
  readonly job?: Partial<PlanJob>
  /** What `actions/checkout` does before: the event's commit (default), a ref, or nothing. */
  readonly checkout?: 'event' | 'nothing' | {readonly ref: string}
  /** Works in the workspace between the checkout and the gate. */
  readonly before?: (workspace: string) => Promise<void>
}

export interface Deployed {
  readonly main: StepResult
  readonly post: StepResult
}

export interface Comment {
  readonly id: number
  readonly by: string
  readonly body: string
}

/** octocat may approve (maintain); hubot wrote the change and pushed it (write); monalisa only reads. */
export class Stage {
  readonly github: Sandbox
  readonly issuer: Issuer
  readonly head: string
  readonly pullRequest: number
  readonly #repositoryId: number

  private constructor(github: Sandbox, issuer: Issuer, change: {head: string; pullRequest: number}) {
    this.github = github
    this.issuer = issuer
    this.head = change.head
    this.pullRequest = change.pullRequest
    this.#repositoryId = theRepository(github.world, repository).id
  }

  static async open(options: StageOptions = {}): Promise<Stage> {
    const github = await startSandbox()
    try {
      return await Stage.#openOn(github, options)
    } catch (fault) {
      await github.close()
      throw fault
    }
  }

  static async #openOn(github: Sandbox, options: StageOptions): Promise<Stage> {
    const {world} = github
    world.addOrganization({login: 'octo-org'})
    for (const login of ['octocat', 'hubot', 'monalisa']) world.addUser({login})
    await world.addRepository({
      name: repository,
      private: options.private ?? false,
      files: {'README.md': '# api-service\n', 'deploy.sh': 'echo deploying\n', ...options.files},
    })
    world.setPermission({repository, login: 'octocat', role: 'maintain'})
    world.setPermission({repository, login: 'hubot', role: 'write'})
    world.setPermission({repository, login: 'monalisa', role: 'read'})
    const {id, privateKey, webhookSecret} = await world.describeApp()
    const credentials = options.plainToken === true ? {token: operatorToken(github)} : {app: {id, privateKey}}
    const where = {githubUrl: github.url, oidcIssuer: github.oidcIssuer}
    const issuer =
      (await options.start?.(where)) ??
      (await startIssuer({...where, webhookSecret, ...credentials, ...(options.env && {env: options.env})}))
    if (options.plainToken !== true) world.installApp({account: 'octo-org'})
    try {
      if (options.start === undefined)
        world.setHook({url: issuer.hookUrl, mode: options.plainToken === true ? 'repository' : 'app'})
      const stage = new Stage(github, issuer, await proposeChange(github, 'feature'))
      // What a test counts afterwards is its own doing. Owners who are not served get no panel.
      if (options.env?.['COUNTERSIGN_OWNERS'] === undefined) await stage.panel('May this be deployed')
      return stage
    } catch (fault) {
      await issuer.close()
      throw fault
    }
  }

  get world(): Sandbox['world'] {
    return this.github.world
  }

  /** Another branch and pull request by hubot. */
  async propose(
    branch: string,
    files?: Readonly<Record<string, string>>,
  ): Promise<{head: string; pullRequest: number}> {
    return await proposeChange(this.github, branch, files)
  }

  /** Comments, and waits for the issuer's next reply on that pull request. */
  async say(body: string, {by = 'octocat', pullRequest = this.pullRequest} = {}): Promise<string> {
    const before = new Set(this.#written(pullRequest).map(({id}) => id))
    await afterEveryNo(this.world)
    this.world.comment({repository, pullRequest, by, body})
    return await until(() => this.replies(pullRequest).find(({id}) => !before.has(id))?.body, `a reply to ${body}`)
  }

  /** Has octocat authorize the head for production; resolves when the receipt is published. */
  async authorize({environment = 'production', sha = this.head, pullRequest = this.pullRequest} = {}): Promise<string> {
    return await this.say(`/authorize ${environment} ${sha}`, {pullRequest})
  }

  /** What the issuer's own account wrote, without its panel. */
  replies(pullRequest = this.pullRequest): readonly Comment[] {
    return this.#written(pullRequest).filter((comment) => !isPanel(comment))
  }

  /** Its panels of that pull request: there is never a second. */
  panels(pullRequest = this.pullRequest): readonly Comment[] {
    return this.#written(pullRequest).filter(isPanel)
  }

  /** Waits for the panel to say so. */
  async panel(says: string | RegExp, pullRequest = this.pullRequest): Promise<string> {
    const look = () => this.panels(pullRequest).find(({body}) => new RegExp(says).test(body))?.body
    return await until(look, `a panel that says ${String(says)}`)
  }

  #written(pullRequest: number): readonly Comment[] {
    return [...this.world.comments.values()]
      .filter(({author, issue}) => author.login.startsWith('countersign') && issue.number === pullRequest)
      .filter(({issue}) => issue.repository.id === this.#repositoryId)
      .map(({id, author, body}) => ({id, by: author.login, body}))
  }

  /** The JSON in the newest check run of that name on the commit, as the gate would find it. */
  receiptText({environment = 'production', sha = this.head} = {}): string {
    const run = this.world.checkRuns.findLast(
      (one) => one.name === `countersign / ${environment}` && one.headSha === sha,
    )
    const text = /```json\n([\s\S]*?)\n```/.exec(run?.output.text ?? '')?.[1]
    if (text === undefined) throw new Error(`no receipt is published for ${environment} on ${sha}`)
    return text
  }

  /** Merges the pull request and has the commit of main authorized, of which a job of main may say what became of it. */
  async authorizeMain({environment = 'production'} = {}): Promise<string> {
    const {pullRequest} = this
    const {sha} = await this.world.mergePullRequest({repository, pullRequest, by: 'octocat'})
    const reply = await this.authorize({environment, sha})
    if (!reply.includes('Authorized for')) throw new Error(reply)
    return sha
  }

  /** One job with the committed gate as its step. */
  async gate(ask: GateAsk = {}): Promise<StepResult> {
    return (await this.deploy(ask)).main
  }

  /** The same job to its end: what follows the gate leaves the job in that status, then the gate's post step runs. */
  async deploy(ask: GateAsk = {}, status: JobStatus = 'success'): Promise<Deployed> {
    // A job begins later than GitHub's reads lag.
    await this.world.caughtUp()
    const runner = await Runner.start(
      await planJob(this.world, {
        repository,
        actor: 'hubot',
        trigger: {event: 'push', branch: 'feature', sha: this.head},
        permissions: {contents: 'read', checks: 'read'},
        ...ask.job,
      }),
    )
    try {
      if (ask.checkout !== 'nothing') await runner.checkout(typeof ask.checkout === 'object' ? ask.checkout : {})
      await ask.before?.(runner.workspace)
      const inputs: Readonly<Record<string, string | undefined>> = {
        environment: 'production',
        'public-key': this.issuer.pin,
        'issuer-url': this.issuer.url,
        ...ask.with,
      }
      const given = Object.fromEntries(
        Object.entries(inputs).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
      )
      const step = {action, with: given, ...(ask.env && {env: ask.env})}
      const main = await runner.run(step)
      if (main.exitCode === 0) runner.status = status
      return {main, post: await runner.post(step, main)}
    } finally {
      await runner.close()
    }
  }

  async close(): Promise<void> {
    await this.issuer.close()
    await this.github.close()
  }
}

/** Anybody may write the mark, so who wrote it is looked at besides. */
const isPanel = ({body}: Pick<Comment, 'body'>): boolean => body.endsWith('<!-- countersign-panel -->')

/** The account that a plain-token issuer acts as: a person's, with write access. */
function operatorToken({world}: Sandbox): string {
  const {token} = world.addUser({login: 'countersign-operator'})
  world.setPermission({repository, login: 'countersign-operator', role: 'write'})
  return token
}

async function proposeChange(
  {world}: Sandbox,
  branch: string,
  files: Readonly<Record<string, string>> = {[`${branch}.txt`]: `${branch}\n`},
): Promise<{head: string; pullRequest: number}> {
  const head = await world.push({repository, branch, pusher: 'hubot', message: `Add ${branch}`, files})
  const {number} = await world.openPullRequest({repository, head: branch, author: 'hubot', title: `Add ${branch}`})
  return {head, pullRequest: number}
}

/** Waits for what is awaited, at most `seconds`; the failure says what never came. */
export async function until<T>(
  look: () => T | undefined | Promise<T | undefined>,
  what: string,
  seconds = 120,
): Promise<T> {
  const end = Date.now() + seconds * 1000
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (!(Date.now() < end)) throw new Error(`waited ${seconds} seconds in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
}
