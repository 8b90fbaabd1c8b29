/** A repository on GitHub, looked at as a whole: its files at a ref, and its settings. */
import {type RepositoryName, type Result, isPlainObject} from '#protocol'
import {examineFiles} from '../examine.ts'
import {Chart, type Examined} from '../finding.ts'
import {environmentsOf, lookAtSettings} from '../settings/look.ts'
import {pageOf} from '../settings/looking.ts'
import {readFiles} from './files.ts'
import {type Access, GitHubReader} from './reader.ts'
import {readSettings} from './settings.ts'

interface About {
  /** As it is called now. */
  readonly fullName: string
  readonly branch: string
  readonly isArchived: boolean
  readonly web: string
}

export interface Asked {
  readonly repository: RepositoryName
  /** Undefined: the default branch. */
  readonly ref: string | undefined
}

/** The fault: why nothing at all could be looked at. */
export async function examineRepository({repository, ref}: Asked, access: Access): Promise<Result<Examined, string>> {
  const reader = new GitHubReader(access)
  const answer = await reader.json(`/repos/${repository}`)
  if (answer.kind === 'absent') {
    return {ok: false, fault: `${repository}: GitHub knows no such repository, or the token may not see it.`}
  }
  if (answer.kind === 'unread') return {ok: false, fault: `${repository}: ${answer.why}.`}
  const about = readAbout(answer.value)
  if (about === undefined) return {ok: false, fault: `${repository}: the answer is not that of GitHub.`}
  const files = await readFiles(reader, about.fullName, ref ?? about.branch)
  const {jobs, findings, unknown, unseen} = examineFiles(files.texts)
  const chart = new Chart()
  const page = pageOf(about.web)
  const question = {repository: about.fullName, branch: about.branch, environments: environmentsOf(jobs)}
  lookAtSettings(await readSettings(reader, question), jobs, {page, chart})
  if (about.fullName.toLowerCase() !== repository.toLowerCase()) {
    chart.wonder(
      page('General', ''),
      `The repository ${repository} is called ${about.fullName} now: receipts and gates go by that name.`,
    )
  }
  if (about.isArchived)
    chart.wonder(page('General', ''), `The repository ${about.fullName} is archived: nothing runs in it.`)
  return {
    ok: true,
    value: {
      findings: [...findings, ...chart.findings],
      unknown: [...unknown, ...chart.unknown],
      unseen: [...files.unseen, ...unseen, ...chart.unseen],
    },
  }
}

function readAbout(value: unknown): About | undefined {
  if (!isPlainObject(value)) return undefined
  const {full_name: fullName, default_branch: branch, archived, html_url: web} = value
  if (typeof fullName !== 'string' || typeof branch !== 'string' || typeof web !== 'string') return undefined
  return {fullName, branch, isArchived: archived === true, web}
}
