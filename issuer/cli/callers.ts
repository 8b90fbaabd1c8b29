/** `countersign-issuer auditor …` and `links …`: who may read what not everybody may, by a token that is shown once. */
import {parseArgs} from 'node:util'
import {type RepositoryId, parseDuration, parseRepositoryId, printSecondsTime} from '#protocol'
import type {Auditor, AuditorRegister, Link, LinkRegister} from '../model/callers.ts'
import {makeToken} from '../api/callers/secret-token.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, withCallers} from './registers.ts'

export const auditorUsage = [
  'countersign-issuer auditor add NAME --owner ID [--owner ID …] [--expires 90d]',
  'countersign-issuer auditor list',
  'countersign-issuer auditor remove NAME',
]

const longestMs = 366 * 86_400_000

export async function runAuditor(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {owner: {type: 'string', multiple: true, default: []}, expires: {type: 'string'}},
  })
  const [command, name, ...rest] = positionals
  const isPlain = values.owner.length === 0 && values.expires === undefined
  if (command === 'list' && name === undefined && isPlain) {
    return await withCallers(tools, async ({auditors}) => ({
      code: 0,
      lines: (await auditors.list()).map(printAuditor),
    }))
  }
  if (name === undefined || rest.length > 0) return askedWrongly(auditorUsage)
  if (command === 'remove' && isPlain) {
    return await withCallers(tools, ({auditors}) => remove(name, auditors))
  }
  if (command !== 'add') return askedWrongly(auditorUsage)
  const read = readAuditor({name, owners: values.owner, expires: values.expires ?? '90d'}, tools.now())
  return typeof read === 'string'
    ? askedWrongly(auditorUsage, [read])
    : await withCallers(tools, ({auditors}) => add(read, auditors))
}

interface NewAuditor {
  readonly name: string
  readonly owners: readonly string[]
  readonly expires: string
}

function readAuditor({name, owners, expires}: NewAuditor, now: number): Auditor | string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)) return 'NAME has letters, digits, dots, dashes and underscores'
  if (owners.length === 0) return '--owner is missing: give the numeric id of an account'
  if (!owners.every((owner) => /^[1-9][0-9]{0,14}$/.test(owner))) {
    return '--owner is the numeric id of an account, as https://api.github.com/users/<login> shows it'
  }
  const life = parseDuration(expires) ?? NaN
  if (!(life > 0 && life <= longestMs)) return '--expires is a duration such as 12h or 90d, at most 366d'
  return {name, owners: [...new Set(owners.map(Number))], createdAt: now, expiresAt: now + life}
}

/** The one moment at which the token is to be seen: alone on standard output, so that it can be piped. */
async function add(auditor: Auditor, auditors: AuditorRegister): Promise<Printed> {
  const {text, digest} = makeToken('csat_')
  if ((await auditors.add(auditor, digest)) === 'added') return {code: 0, lines: [text], notes: [printAuditor(auditor)]}
  return {code: 1, lines: [`There already is an auditor ${auditor.name}: remove it first, or use another name.`]}
}

async function remove(name: string, auditors: AuditorRegister): Promise<Printed> {
  if ((await auditors.remove(name)) === 'removed') return {code: 0, lines: [`${name} can no longer read anything.`]}
  return {code: 1, lines: [`There is no auditor ${name}.`]}
}

const printAuditor = ({name, owners, expiresAt}: Auditor): string =>
  `${name}: owners ${owners.join(', ')}, until ${printSecondsTime(expiresAt)}`

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
