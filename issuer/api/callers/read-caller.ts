/** What a request shows -> who asks. What does not hold is as if it was not shown: no answer tells the two apart. */
import {type Caller, anyone} from '../../model/caller.ts'
import type {JobTokens} from './job-token.ts'
import type {AuditorTokens, LinkTokens} from '../../model/callers.ts'
import {tokenDigest} from './secret-token.ts'

export interface CallerTools {
  readonly auditors: AuditorTokens
  readonly links: LinkTokens
  readonly jobTokens: JobTokens
  /** Milliseconds. */
  readonly now: () => number
}

export interface Shown {
  /** The header. */
  readonly authorization?: string | undefined
  /** The query's `link`, on badges and pages. */
  readonly link?: string | undefined
}

/** Reads nothing about what is asked for. Throws GitHubUnavailable when a job's token cannot be judged now. */
export async function readCaller({authorization = '', link}: Shown, tools: CallerTools): Promise<Caller> {
  const [, bearer] = /^bearer +(\S+)$/i.exec(authorization) ?? []
  const shown = bearer === undefined ? undefined : await readBearer(bearer, tools)
  return shown ?? (link === undefined ? undefined : await readLink(link, tools)) ?? anyone
}

async function readBearer(bearer: string, {auditors, jobTokens, now}: CallerTools): Promise<Caller | undefined> {
  if (!bearer.startsWith('csat_')) return await jobTokens.verify(bearer)
  const digest = tokenDigest('csat_', bearer)
  const auditor = digest && (await auditors.auditor(digest))
  if (auditor === undefined || !(now() < auditor.expiresAt)) return undefined
  return {kind: 'auditor', name: auditor.name, owners: auditor.owners}
}

async function readLink(link: string, {links}: CallerTools): Promise<Caller | undefined> {
  const digest = tokenDigest('cslk_', link)
  const repositoryId = digest && (await links.linked(digest))
  return repositoryId === undefined ? undefined : {kind: 'link', repositoryId}
}
