/** `countersign-issuer keys list | rotate | revoke`: the life of the receipt key, while the issuer runs. */
import {parseArgs} from 'node:util'
import {type Read, carryOut, readRevocation, readRotation} from '../keys/orders.ts'
import {type Printed, askedWrongly} from './printed.ts'
import {type RegisterTools, withKeyRing} from './registers.ts'

export const keysUsage = [
  'countersign-issuer keys list',
  'countersign-issuer keys rotate [--overlap 7d | --now]',
  'countersign-issuer keys revoke PUBLIC_KEY [--since TIME]',
]

export async function runKeys(args: readonly string[], tools: RegisterTools): Promise<Printed> {
  const read = readOrder(args, tools.now())
  if (read?.ok !== true) return askedWrongly(keysUsage, read && [read.fault])
  return await withKeyRing(tools, async (opened) => {
    const carried = await carryOut(read.value, opened)
    return carried.ok ? {code: 0, ...carried.value} : {code: 1, lines: [carried.fault]}
  })
}

function readOrder(args: readonly string[], now: number): Read | undefined {
  const {positionals, values} = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {overlap: {type: 'string'}, now: {type: 'boolean'}, since: {type: 'string'}},
  })
  const [command, name, ...rest] = positionals
  const {overlap, now: atOnce = false, since} = values
  if (rest.length > 0) return undefined
  if (command === 'revoke' && overlap === undefined && !atOnce) return readRevocation(name, since, now)
  if (name !== undefined || since !== undefined) return undefined
  if (command === 'list' && overlap === undefined && !atOnce) return {ok: true, value: {kind: 'list'}}
  if (command !== 'rotate' || (atOnce && overlap !== undefined)) return undefined
  return atOnce ? {ok: true, value: {kind: 'rotate'}} : readRotation(overlap)
}
