/** `countersign-issuer links rotate | list`: the link that shows a private repository's badges and pages. */
import {parseArgs} from 'node:util'
import {type RepositoryId, parseRepositoryId, printSecondsTime} from '#protocol'
import type {Link, LinkRegister} from '../model/callers.ts'
import {makeToken} from '../api/callers/secret-token.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, withCallers} from './registers.ts'

export const linksUsage = ['countersign-issuer links rotate REPOSITORY_ID', 'countersign-issuer links list']

export async function runLinks(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const {positionals} = parseArgs({args: [...args], allowPositionals: true, options: {}})
  const [command, id, ...rest] = positionals
  if (command === 'list' && id === undefined) {
    return await withCallers(tools, async ({links}) => ({code: 0, lines: (await links.list()).map(printLink)}))
  }
  const repositoryId = id === undefined ? undefined : parseDecimalId(id)
  if (command !== 'rotate' || repositoryId === undefined || rest.length > 0) return askedWrongly(linksUsage)
  return await withCallers(tools, ({links}) => rotate({repositoryId, rotatedAt: tools.now()}, links))
}

const parseDecimalId = (text: string): RepositoryId | undefined =>
  /^[1-9][0-9]{0,15}$/.test(text) ? parseRepositoryId(Number(text)) : undefined

/** Printed once; whoever holds it sees the repository's badges and pages until the next rotation. */
async function rotate(link: Link, links: LinkRegister): Promise<Printed> {
  const {text, digest} = makeToken('cslk_')
  await links.rotate(link, digest)
  const notes = [
    'Append it to badges and pages as ?link=<token>. The previous link, if there was one, no longer works.',
  ]
  return {code: 0, lines: [text], notes}
}

const printLink = ({repositoryId, rotatedAt}: Link): string => `${repositoryId}: rotated ${printSecondsTime(rotatedAt)}`
