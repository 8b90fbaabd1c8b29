/** Requests, fake sources and loopback servers for the gate's tests. */
import {mkdtempSync, realpathSync, rmSync} from 'node:fs'
import {type IncomingMessage, type Server, type ServerResponse, createServer} from 'node:http'
import type {AddressInfo} from 'node:net'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterAll} from '@jest/globals'
import {
  type PublicKey,
  parseCommitSha,
  parseEnvironment,
  parsePinnedKeys,
  parseRepositoryId,
  parseRepositoryName,
} from '#protocol'
import type {CheckoutFinding, GateRequest, GateTools, ReceiptSource, SourceAnswer} from '../../src/gate/ports.ts'
import {commit, noon} from '../protocol/builders.ts'

/** The value of a parser that must not fail here. */
export function sure<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('a test value did not parse')
  return value
}

/** What the usual receipt of the protocol's builders answers. */
export function anAsk(pin: PublicKey, overrides: Partial<GateRequest> = {}): GateRequest {
  const pinned = parsePinnedKeys(pin)
  if (!pinned.ok) throw new Error(pinned.fault.join())
  return {
    environment: sure(parseEnvironment('production')),
    deployment: {
      repository: sure(parseRepositoryName('octo-org/api-service')),
      repositoryId: sure(parseRepositoryId(1296269)),
      sha: sure(parseCommitSha(commit)),
      event: 'pull_request',
      pullRequest: 42,
    },
    keys: pinned.value,
    limits: {minApprovals: 1, requireProof: 'comment', refuseFlags: ['self', 'emergency']},
    maxTtl: 86_400_000,
    match: 'commit',
    checkout: 'verify',
    wait: 0,
    redeem: false,
    ...overrides,
  }
}

/** A source that gives this answer and counts how often it was asked. */
export function aSource(name: string, answer: SourceAnswer): ReceiptSource & {asked: () => number} {
  let asked = 0
  return {
    name,
    asked: () => asked,
    find: () => {
      asked += 1
      return Promise.resolve(answer)
    },
  }
}

/** One where revocations may lie too. */
export function aPlace(name: string, answer: SourceAnswer): ReceiptSource & {asked: () => number} {
  const source = aSource(name, answer)
  return {...source, revocationsOf: () => source}
}

export const someTools = (
  sources: readonly ReceiptSource[],
  finding: CheckoutFinding = {kind: 'same', unseen: []},
): GateTools => ({
  sources,
  checkout: {inspect: () => Promise.resolve(finding), readTree: () => Promise.resolve(undefined)},
  readTree: () => Promise.resolve({ok: false, fault: 'nobody knows the tree'}),
  identity: {environment: () => Promise.resolve({kind: 'no token'}), forgetOutage: () => undefined},
  clock: {now: () => noon, pause: () => Promise.reject(new Error('nobody waits here'))},
  limit: () => new AbortController().signal,
  progress: () => undefined,
})

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, {recursive: true, force: true})
})

/** Removed after the test file that asked for it. */
export function emptyFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'countersign-')))
  folders.push(folder)
  return folder
}

export interface Loopback {
  readonly origin: string
  readonly requests: readonly IncomingMessage[]
  readonly close: () => Promise<void>
}

/** A server on 127.0.0.1 and a free port, for one test. */
export async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Loopback> {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    answer(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {origin: originOf(server), requests, close: () => closeServer(server)}
}

const originOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}
