/** The issuer's list: GET /v1/receipts (formats §8). A courier only: what it hands over is verified like anything else. */
import {type Origin, type TreeSha, isPlainObject, parseJson} from '#protocol'
import {showToken} from './client.ts'
import {exchange} from './exchange.ts'
import type {IdTokens} from './id-token.ts'
import type {GateRequest, ReceiptSource, SourceAnswer} from '../../gate/ports.ts'
import {describeOutage} from '../sources/outage.ts'

const maxBytes = 1024 * 1024
const maxCandidates = 50

type Wanted = Pick<GateRequest, 'environment' | 'deployment'>

export interface IssuerAccess {
  readonly issuer: Origin
  readonly tokens: IdTokens
}

export function issuerReceipts(wanted: Wanted, {issuer, tokens}: IssuerAccess): ReceiptSource {
  return {
    name: `the issuer ${issuer}`,
    find: async (limit, tree) => {
      try {
        const address = `${issuer}/v1/receipts?${queryFor(wanted, tree)}`
        const token = await showToken(tokens, limit)
        const reply = await exchange({method: 'GET', address, token, maxBytes, limit, read: [200]})
        return reply.status === 200 ? parseAnswer(reply.body) : unreachable(reply.described)
      } catch (fault) {
        return unreachable(describeOutage(fault, limit))
      }
    },
  }
}

/** A tree stands beside the commit: receipts of either are listed. */
function queryFor({environment, deployment}: Wanted, tree: TreeSha | undefined): string {
  const {repository, repositoryId, sha} = deployment
  const query = new URLSearchParams({repository, repository_id: String(repositoryId), environment, sha})
  if (tree !== undefined) query.set('tree', tree)
  return query.toString()
}

const unreachable = (problem: string): SourceAnswer => ({candidates: [], problem})

/** The strict parser reads the whole list, so a receipt in it that has a name twice never becomes an object. */
function parseAnswer(body: Uint8Array): SourceAnswer {
  const json = parseJson(body)
  if (!json.ok) return unreachable(`its answer (200) is not the JSON that was asked for: ${json.reason}`)
  const receipts = isPlainObject(json.value) ? json.value['receipts'] : undefined
  if (!Array.isArray(receipts)) return unreachable('its answer (200) has no list "receipts"')
  const cut = receipts.length > maxCandidates ? `it lists more than ${maxCandidates} receipts` : undefined
  return {candidates: receipts.slice(0, maxCandidates), cut}
}
