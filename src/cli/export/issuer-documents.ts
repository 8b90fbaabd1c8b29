/**
 * The documents of an entry, as an issuer shows them to an auditor (docs/routes.md). One that is not shown ends the export:
 * a pack holds everything that its entries name.
 */
import {type PackHappening, type PackRecord, readClaims} from '#pack'
import {type Digest, type Entry, canonicalJson, digestOf, isPlainObject, maxEvidenceBytes, parseEntry} from '#protocol'
import {IssuerOutage} from '../fetch-issuer.ts'
import type {IssuerClient} from './issuer-client.ts'

export type ReadDocuments = Pick<PackRecord, 'documents' | 'happened'>

export const noDocuments: ReadDocuments = {documents: {}, happened: []}

/** What an entry names, and of a receipt what happened to it; its policy is read by PolicyReader. */
export async function readDocuments(client: IssuerClient, entry: Entry): Promise<ReadDocuments> {
  const {event, subject, seq} = entry
  switch (event) {
    case 'receipt.issued': {
      const [receipt, decided, happened] = await Promise.all([
        client.json(`/v1/receipts/${subject}`),
        readDecision(client, entry),
        readEvents(client, subject),
      ])
      return {documents: {receipt: canonicalJson(receipt), ...decided}, happened}
    }
    case 'decision.made':
      return {documents: await readDecision(client, entry), happened: []}
    case 'receipt.revoked':
      return {documents: {revocation: await readEvent(client, entry)}, happened: []}
    case 'receipt.redeemed':
    case 'deploy.started':
    case 'deploy.finished':
      return {documents: {run: await readEvent(client, entry)}, happened: []}
    case 'key.rotated':
      return {documents: {keys: canonicalJson(await client.json(`/v1/keys/${seq}`))}, happened: []}
    case 'ledger.created':
      return noDocuments
    default:
      return event satisfies never
  }
}

const addressOf = ({event, subject, digests}: Entry): string =>
  `/v1/decisions/${event === 'receipt.issued' ? (digests['decision'] ?? '') : subject}`

async function readDecision(
  client: IssuerClient,
  entry: Entry,
): Promise<{readonly token: string; readonly evidence: string}> {
  const address = addressOf(entry)
  const [token, evidence] = await Promise.all([
    client.text(address),
    client.text(`${address}/evidence`, maxEvidenceBytes),
  ])
  return {token, evidence}
}

async function readEvent(client: IssuerClient, {seq, event, subject}: Entry): Promise<string> {
  const found = (await readEvents(client, subject)).find(({entry}) => entry.seq === seq && entry.event === event)
  if (found === undefined) throw new IssuerOutage(`it does not show the document of entry ${seq}`)
  return found.body
}

async function readEvents(client: IssuerClient, receipt: string): Promise<readonly PackHappening[]> {
  const path = `/v1/receipts/${receipt}/events`
  const {events} = await client.json(path, maxEvidenceBytes)
  if (!Array.isArray(events)) throw new IssuerOutage(`its answer to ${path} has no list of events`)
  return events.map((event: unknown) => {
    const {entry, document} = isPlainObject(event) ? event : {}
    const parsed = parseEntry(entry)
    if (!parsed.ok || !isPlainObject(document)) {
      throw new IssuerOutage(`its answer to ${path} has an event that is none`)
    }
    return {entry: parsed.value, body: canonicalJson(document)}
  })
}

/** Many decisions share a policy: each is asked for with the first of them. */
export class PolicyReader {
  readonly #client: IssuerClient
  readonly #known = new Set<Digest>()

  constructor(client: IssuerClient) {
    this.#client = client
  }

  /** Undefined for one that was given before, and for what no policy decided. To be called in the order of the ledger. */
  async readNew(entry: Entry, {token}: ReadDocuments['documents']): Promise<string | undefined> {
    if (token === undefined) return undefined
    const digest = readClaims(token)?.policies[0]?.digest
    if (digest !== undefined && this.#known.has(digest)) return undefined
    const policy = await this.#client.text(`${addressOf(entry)}/policy`, maxEvidenceBytes)
    this.#known.add(digestOf(policy))
    return policy
  }
}
