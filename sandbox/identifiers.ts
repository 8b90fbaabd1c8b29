/** Ids as GitHub gives them: numbers that only grow, and the global node ids that are made of them. */

/** Where each kind starts: the size of GitHub's own ids today, most of them beyond 32 bits. */
const firsts = {
  account: 210_000_001,
  repository: 1_130_000_001,
  pullRequest: 2_950_000_001,
  issue: 3_580_000_001,
  comment: 3_480_000_001,
  reaction: 310_000_001,
  checkRun: 56_000_000_001,
  checkSuite: 49_000_000_001,
  status: 39_500_000_001,
  deployment: 3_290_000_001,
  activity: 26_000_000_001,
  app: 2_300_001,
  installation: 94_000_001,
  hook: 580_000_001,
  delivery: 240_000_000_001,
  team: 14_000_001,
  run: 19_000_000_001,
} as const

export type Kind = keyof typeof firsts

export class Identifiers {
  readonly #next = new Map<Kind, number>()

  next(kind: Kind): number {
    const id = this.#next.get(kind) ?? firsts[kind]
    this.#next.set(kind, id + 1)
    return id
  }
}

/** GitHub's global id: a prefix for the type, then base64url of a MessagePack array `[0, …ids]`. */
export const nodeId = (prefix: string, ...ids: readonly number[]): string =>
  `${prefix}_${Buffer.concat([Buffer.from([0x91 + ids.length, 0]), ...ids.map(packUnsigned)]).toString('base64url')}`

/** A commit, blob or tree carries its hash as text behind the repository's id. */
export const gitNodeId = (prefix: string, repository: number, sha: string): string =>
  `${prefix}_${Buffer.concat([
    Buffer.from([0x93, 0]),
    packUnsigned(repository),
    Buffer.from([0xd9, sha.length]),
    Buffer.from(sha),
  ]).toString('base64url')}`

function packUnsigned(value: number): Buffer {
  if (value < 0x80) return Buffer.from([value])
  if (value < 0x1_0000_0000) {
    const small = Buffer.alloc(5, 0xce)
    small.writeUInt32BE(value, 1)
    return small
  }
  const large = Buffer.alloc(9, 0xcf)
  large.writeBigUInt64BE(BigInt(value), 1)
  return large
}
