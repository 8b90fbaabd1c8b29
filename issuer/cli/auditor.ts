/** `countersign-issuer auditor add | list | remove`: who may read everything of an owner, evidence too. */
import {parseArgs} from 'node:util'
import {parseDuration, printSecondsTime} from '#protocol'
import type {Auditor, AuditorRegister} from '../model/callers.ts'
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
