/** Pull requests that are merged one upon another, where octocat and monalisa may approve and hubot makes small changes. */
import {expect} from '@jest/globals'
import {readCommit} from '../../sandbox/git/history.ts'
import type {MergeMethod} from '../../sandbox/merging.ts'
import type {CommitSpec, Push} from '../../sandbox/pushes.ts'
import {theRepository} from '../../sandbox/world.ts'
import {Stage, type StageOptions, repository} from './stage.ts'
import {expectRefused} from './verdicts.ts'

/** A name that anybody can write onto a commit. */
export const forged = {name: 'hubot', email: 'hubot@users.noreply.github.com'}

type Work = Partial<Omit<Push, 'repository' | 'branch'>> & {readonly opener?: string; readonly base?: string}

interface Opened {
  readonly branch: string
  readonly head: string
  readonly number: number
}

export class Rides {
  readonly stage: Stage
  /** Where people speak: the pull request that was opened or merged last. */
  spokenOn = 0
  #count = 0

  private constructor(stage: Stage) {
    this.stage = stage
  }

  static async begin(options: StageOptions = {}): Promise<Rides> {
    const stage = await Stage.open(options)
    stage.world.setPermission({repository, login: 'monalisa', role: 'write'})
    stage.world.liftSecondaryLimits()
    return new Rides(stage)
  }

  get world(): Stage['world'] {
    return this.stage.world
  }

  /** A branch that nobody used yet. */
  branchName(): string {
    this.#count += 1
    return `change-${this.#count}`
  }

  /** Opens a pull request, by hubot unless said otherwise. */
  async open({opener = 'hubot', base = 'main', ...push}: Work = {}): Promise<Opened> {
    const branch = this.branchName()
    const parents = base === 'main' ? {} : {parents: [this.tipOf(base)]}
    const work: CommitSpec = push.commits === undefined ? {files: {[`${branch}.txt`]: 'x\n'}} : {}
    const head = await this.world.push({repository, branch, pusher: opener, ...work, ...parents, ...push})
    const {number} = await this.world.openPullRequest({repository, head: branch, base, author: opener})
    this.spokenOn = number
    return {branch, head, number}
  }

  async merge(
    number: number,
    {by = 'hubot', method = 'merge'}: {readonly by?: string; readonly method?: MergeMethod} = {},
  ): Promise<string> {
    this.spokenOn = number
    return (await this.world.mergePullRequest({repository, pullRequest: number, by, method})).sha
  }

  /** hubot's small pull request, merged by hubot on top of whatever is there. */
  async ride(): Promise<string> {
    return await this.merge((await this.open()).number)
  }

  /** A ride that monalisa authorizes: what everything after it is counted from. */
  async settle(): Promise<string> {
    const sha = await this.ride()
    expect(await this.authorize(sha, 'monalisa')).toContain('Authorized for production')
    return sha
  }

  /** The reply to it, without Markdown's marks. */
  async authorize(sha: string, by = 'octocat'): Promise<string> {
    const reply = await this.stage.say(`/authorize production ${sha}`, {by, pullRequest: this.spokenOn})
    return reply.replace(/[\\`*\u200b]/g, '')
  }

  /** octocat's word alone is not enough, for `because`, and the gate lets nothing out. */
  async expectOneMore(sha: string, because: string): Promise<void> {
    const reply = await this.authorize(sha)
    expect(reply).toContain('1 more person is needed')
    expect(reply).toContain(because)
    const job = {trigger: {event: 'push', branch: 'main', sha}} as const
    expectRefused(await this.stage.gate({job}), 'receipt_missing')
  }

  receiptOf(sha: string): {
    readonly logins: readonly string[]
    readonly flags: readonly string[]
    readonly since?: string
  } {
    const {approvals, flags, scope} = JSON.parse(this.stage.receiptText({sha})) as {
      approvals: {login: string}[]
      flags: string[]
      scope: {since?: string}
    }
    return {logins: approvals.map(({login}) => login), flags, ...(scope.since !== undefined && {since: scope.since})}
  }

  tipOf(branch: string): string {
    const tip = theRepository(this.world, repository).git.branch(branch)
    if (tip === undefined) throw new Error(`no branch ${branch}`)
    return tip
  }

  parentOf(sha: string): string {
    return readCommit(theRepository(this.world, repository).git, sha)?.parents[0] ?? ''
  }

  close(): Promise<void> {
    return this.stage.close()
  }
}
