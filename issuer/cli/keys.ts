/** `countersign-issuer keys list | rotate | revoke`: the life of the receipt key, while the issuer runs. */
import {parseArgs} from 'node:util'
import {
  type PublishedKey,
  parseDuration,
  parsePublicKey,
  parseSecondsTime,
  printSecondsTime,
  secondsTimeToMs,
} from '#protocol'
import {announceKeys} from '../keys/announce-keys.ts'
import {addSuccessor, endOverlap, overlapEnd, revokeKey} from '../keys/change-keys.ts'
import {makeSuccessor} from '../keys/receipt-keys.ts'
import {signingKeyAt} from '../mint/mint-key-set.ts'
import {type OpenedRing, withKeyRing} from './keys-ring.ts'
import type {Printed} from './printed.ts'
import type {RegisterTools} from './registers.ts'

export const keysUsage = [
  'countersign-issuer keys list',
  'countersign-issuer keys rotate [--overlap 7d | --now]',
  'countersign-issuer keys revoke PUBLIC_KEY [--since TIME]',
]

const longestMs = 366 * 86_400_000

export async function runKeys(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {overlap: {type: 'string'}, now: {type: 'boolean'}, since: {type: 'string'}},
  })
  const [command, name, ...rest] = positionals
  const {overlap, now: atOnce = false, since} = values
  if (rest.length > 0) return wrongly()
  if (command === 'revoke' && overlap === undefined && !atOnce) {
    return await readAndRevoke({name, since}, tools)
  }
  if (name !== undefined || since !== undefined) return wrongly()
  if (command === 'list' && overlap === undefined && !atOnce) return await withKeyRing(tools, list)
  if (command !== 'rotate' || (atOnce && overlap !== undefined)) return wrongly()
  if (atOnce) return await withKeyRing(tools, rotateAtOnce)
  const overlapMs = parseDuration(overlap ?? '7d') ?? NaN
  if (!(overlapMs > 0 && overlapMs <= longestMs)) {
    return wrongly('--overlap is a duration such as 12h or 7d, at most 366d; without one: --now')
  }
  return await withKeyRing(tools, (opened) => rotate(overlapMs, opened))
}

async function list({ring, now}: OpenedRing): Promise<Printed> {
  const {keys} = await ring.announced()
  const signing = signingKeyAt(keys, now())
  return {code: 0, lines: keys.map((key) => printKey(key, key.publicKey === signing))}
}

const printKey = ({publicKey, use, status, notBefore, notAfter, revokedAt}: PublishedKey, signs: boolean): string =>
  [
    `${publicKey} ${use.padEnd(7)} ${status}`,
    `from ${notBefore}`,
    ...(notAfter === null ? [] : [`until ${notAfter}`]),
    ...(revokedAt === null ? [] : [`revoked since ${revokedAt}`]),
    ...(signs ? ['signs now'] : []),
  ].join(', ')

/** The line to pin stands alone on standard output, so that it can be piped. */
async function rotate(overlapMs: number, opened: OpenedRing): Promise<Printed> {
  const {ring, receiptPath, now} = opened
  const end = overlapEnd(await ring.announced())
  if (end !== undefined) return {code: 1, lines: [underWay(end)]}
  const {publicKey} = makeSuccessor(receiptPath)
  const made = await announceKeys((settled) => {
    const ends = overlapEnd(settled)
    if (ends !== undefined) return {ok: false, problem: underWay(ends)}
    return addSuccessor(settled, {successor: publicKey, from: now() + overlapMs, now: now()})
  }, opened)
  if (!made.ok) return {code: 1, lines: [made.problem]}
  const notes = [
    `Until ${overlapEnd(made.keySet) ?? 'now'} the old key signs on: pin this one beside it in every workflow that deploys.`,
  ]
  return {code: 0, lines: [publicKey], notes}
}

const underWay = (end: string): string =>
  `A rotation is under way until ${end}: wait for its end, or end it with "countersign-issuer keys rotate --now".`

/** A successor that is announced already takes over; without one there is nobody to wait for. */
async function rotateAtOnce(opened: OpenedRing): Promise<Printed> {
  const {ring, receiptPath, now} = opened
  const isUnderWay = overlapEnd(await ring.announced()) !== undefined
  const successor = isUnderWay ? undefined : makeSuccessor(receiptPath).publicKey
  const made = await announceKeys((settled) => {
    if (overlapEnd(settled) !== undefined) return endOverlap(settled, now())
    if (successor === undefined) return {ok: false, problem: 'The rotation that was under way is over.'}
    return addSuccessor(settled, {successor, from: now(), now: now()})
  }, opened)
  if (!made.ok) return {code: 1, lines: [made.problem]}
  const notes = [
    'This key signs from now on: pin it in every workflow, those without it refuse what it signs.',
    'Was the old key stolen? Revoke it too: countersign-issuer keys revoke PUBLIC_KEY --since TIME',
  ]
  return {code: 0, lines: [signingKeyAt(made.keySet.keys, now())], notes}
}

async function readAndRevoke(
  {name, since}: {readonly name: string | undefined; readonly since: string | undefined},
  tools: RegisterTools,
): Promise<Printed> {
  const publicKey = parsePublicKey(name)
  if (publicKey === undefined) return wrongly('PUBLIC_KEY is pp_pk_ and 64 lower-case hex digits')
  const time = since === undefined ? printSecondsTime(tools.now()) : parseSecondsTime(since)
  if (time === undefined) return wrongly('--since is a time YYYY-MM-DDTHH:MM:SSZ')
  return await withKeyRing(tools, async (opened) => {
    const {now} = opened
    const order = {publicKey, since: secondsTimeToMs(time)}
    const made = await announceKeys((settled) => revokeKey(settled, {...order, now: now()}), opened)
    if (!made.ok) return {code: 1, lines: [`${made.problem}.`]}
    const notes = [
      'Gates that ask this issuer refuse all that it signed, from their next question on, if they pin the key that signs now.',
      `Gates that do not ask need a line in their pins: ${publicKey} revoked`,
    ]
    return {code: 0, lines: [`${publicKey} is revoked since ${time}.`], notes}
  })
}

const wrongly = (problem?: string): Printed => ({
  code: 2,
  lines: [...(problem === undefined ? [] : [problem]), 'Usage:', ...keysUsage.map((line) => `  ${line}`)],
})
