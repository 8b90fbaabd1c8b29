/** A sandbox GitHub with one repository, its people and an installed App, for the tests of what is read and sent. */
import {
  type CommitSha,
  parseAccountId,
  parseCommitSha,
  parseRepositoryId,
  parseRepositoryName,
  digestOf,
} from '#protocol'
import {createFactSource, createTeamSource} from '../../issuer/github/facts.ts'
import type {ChangeFacts, FactSource, Push, Statement, TeamSource} from '../../issuer/model/facts.ts'
import {contributorsOf, handOf} from '../../issuer/policy/independence.ts'
import {type GitHub, openGitHub} from '../../issuer/github/client.ts'
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'

export const name = 'octo-org/api-service'

/** octocat maintains, hubot writes code, monalisa administers; strangers have no standing. */
export interface Stage {
  readonly sandbox: Sandbox
  readonly world: Sandbox['world']
  readonly github: GitHub
  readonly facts: FactSource
  readonly teams: TeamSource
  readonly installation: number
  readonly repositoryId: number
  /** The default branch's first commit. */
  readonly root: string
  readonly people: Readonly<Record<'octocat' | 'hubot' | 'monalisa' | 'stranger', {id: number; token: string}>>
}

export async function setStage({private: isPrivate = false} = {}): Promise<Stage> {
  const sandbox = await startSandbox()
  const {world} = sandbox
  world.addOrganization({login: 'octo-org'})
  const people = {
    octocat: world.addUser({login: 'octocat', id: 583_231}),
    hubot: world.addUser({login: 'hubot', id: 480_938}),
    monalisa: world.addUser({login: 'monalisa', id: 2}),
    stranger: world.addUser({login: 'stranger', id: 77}),
  }
  const made = await world.addRepository({name, private: isPrivate, files: {'README.md': 'API\n'}})
  world.setPermission({repository: name, login: 'octocat', role: 'maintain'})
  world.setPermission({repository: name, login: 'hubot', role: 'write'})
  world.setPermission({repository: name, login: 'monalisa', role: 'admin'})
  const installation = world.installApp({account: 'octo-org'}).id
  const {id: appId, privateKey} = await world.describeApp()
  const github = openGitHub({apiUrl: sandbox.url, version: '0.0.0', credentials: {kind: 'app', appId, privateKey}})
  const facts = createFactSource(github)
  const teams = createTeamSource(github)
  return {sandbox, world, github, facts, teams, installation, repositoryId: made.id, root: made.sha ?? '', people}
}

export interface OpenedChange {
  readonly number: number
  readonly head: string
}

/** hubot's branch `feature` with one commit, and hubot's pull request. */
export async function openChange({world}: Stage, branch = 'feature'): Promise<OpenedChange> {
  const head = await world.push({repository: name, branch, pusher: 'hubot', files: {'src/a.ts': 'one\ntwo\n'}})
  const {number} = await world.openPullRequest({repository: name, head: branch, author: 'hubot'})
  return {number, head}
}

export interface Saying {
  readonly pullRequest: number
  readonly by?: keyof Stage['people']
  readonly body?: string
  readonly viaApp?: string
  readonly viaEmail?: boolean
}

/** A comment, and the statement that its webhook would announce. */
export function say(
  stage: Stage,
  {pullRequest, by = 'octocat', body = '/authorize production', ...rest}: Saying,
): Statement {
  const {id, nodeId, createdAt} = stage.world.comment({repository: name, pullRequest, by, body, ...rest})
  const repository = {id: parseRepositoryId(stage.repositoryId), name: parseRepositoryName(name)}
  const authorId = parseAccountId(stage.people[by].id)
  if (repository.id === undefined || repository.name === undefined || authorId === undefined) throw new Error('no ids')
  return {
    repository: {id: repository.id, name: repository.name},
    installation: stage.installation,
    pullRequest,
    comment: {id, nodeId, authorId, digest: digestOf(body), line: body.split('\n', 1)[0] ?? ''},
    announced: {
      login: by,
      type: 'User',
      at: Date.parse(createdAt),
      isEdit: false,
      viaApp: false,
      owner: {id: 1, login: 'octo-org'},
      public: true,
    },
  }
}

export interface ChangeOrder {
  readonly pullRequest: number
  /** What was authorized, newest first; on the pull request in hand, unless said otherwise. */
  readonly authorized?: readonly Authorized[]
  readonly ground?: string
  readonly pushes?: readonly Push[]
  /** The commit that is asked for. */
  readonly named?: string
  readonly speakers?: readonly (keyof Stage['people'])[]
  readonly isLate?: boolean
}

interface Authorized {
  readonly sha: string
  readonly pullRequest?: number
  readonly isOwnWork?: boolean
}

/** Reads the change that a new statement on the pull request would be about. */
export async function readChange(stage: Stage, asked: ChangeOrder): Promise<ChangeFacts> {
  const facts = await readFor(stage, say(stage, {pullRequest: asked.pullRequest}), asked)
  if (facts === 'gone') throw new Error('gone')
  return facts
}

/** The baseline, then the candidate, then its range, as the issuer reads them. */
export async function readFor(
  {facts, people}: Stage,
  statement: Statement,
  asked: Omit<ChangeOrder, 'pullRequest'> = {},
): Promise<ChangeFacts | 'gone'> {
  const {authorized = [], ground, pushes = [], named, speakers = ['octocat'], isLate = false} = asked
  const baseline = await facts.fetchBaseline(statement)
  if (baseline === 'gone') return 'gone'
  const candidate = await facts.fetchCandidate(statement, {baseline, named: parseCommitSha(named)})
  if (candidate === 'gone') return 'gone'
  const {baseTip: _, ...known} = candidate
  const announced = pushes.map((push) => ({...push, receivedAt: Date.now()}))
  const brought = await facts.fetchRange(statement, {
    candidate,
    authorized: authorized.map(({sha, pullRequest = statement.pullRequest, isOwnWork = false}) => ({
      sha: shaOf(sha),
      pullRequest,
      isOwnWork,
    })),
    ground: parseCommitSha(ground),
    pushes: (ref) => Promise.resolve(announced.filter((push) => push.ref === ref)),
    pushesTo: (sha) => Promise.resolve(announced.filter((push) => push.after === sha)),
    speakers: speakers.map((login) => people[login].id),
    isLate,
  })
  return {...known, ...brought}
}

export function shaOf(text: string): CommitSha {
  const sha = parseCommitSha(text)
  if (sha === undefined) throw new Error(`${text} is no SHA`)
  return sha
}

/** Who has a hand in what goes out, sorted; of what cannot be told, why. */
export const handsIn = ({range}: ChangeFacts): readonly string[] => {
  const gaps = range.parts.flatMap(({hands}) => (hands.kind === 'everybody' ? [hands.why] : []))
  return [...contributorsOf(range).map(({login}) => login), ...gaps].sort()
}

/** What somebody did in each part of what goes out, in order; undefined where they had no hand in it. */
export const didOf = ({people}: Stage, {range}: ChangeFacts, login: keyof Stage['people']): readonly unknown[] =>
  range.parts.map((part) => handOf(part, {id: people[login].id, login}))
