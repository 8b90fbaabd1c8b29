/** Where the issuer of a stage runs: a Node process, unless the test file chose another home before it opened a stage. */
import {test} from '@jest/globals'
import {IssuerProcess, type IssuerOptions} from '../../sandbox/issuer-process.ts'
import type {Durable} from '../../issuer/model/durable.ts'

/** What tests ask of the running issuer; only a Node process has a folder. */
export interface Issuer extends Pick<
  IssuerProcess,
  'url' | 'hookUrl' | 'folder' | 'pin' | 'ledgerKey' | 'output' | 'restart' | 'stop' | 'kill' | 'close'
> {
  /** Absent: its store is the database in its folder. */
  readonly elsewhere?: Elsewhere
}

export interface Elsewhere {
  /** Beside the running issuer. */
  openStore(): Durable
  /** What its operator does, and what that printed. */
  operate(words: readonly string[]): Promise<string>
  readClaims(): Promise<readonly ClaimRow[]>
  /** As if nobody had been there for a while: what the store holds is older by that much. */
  letTimePass(ms: number): Promise<void>
}

/** What the store holds of a statement. */
export interface ClaimRow {
  readonly comment: number
  readonly decision: string
  readonly kind: string | null
  readonly published: boolean
}

/** What an issuer may lack by the nature of its home. */
export type Trait = 'a plain token' | 'an embedded store' | 'an order of deliveries'

export interface Home {
  start(options: IssuerOptions): Promise<Issuer>
  /** What it lacks, and why: tests of that are left out. */
  readonly lacks: Readonly<Partial<Record<Trait, string>>>
}

let home: Home = {start: (options) => IssuerProcess.start(options), lacks: {}}

/** Holds for this test file alone: each has a module registry of its own. */
export function chooseHome(chosen: Home): void {
  home = chosen
}

export const startIssuer = (options: IssuerOptions): Promise<Issuer> => home.start(options)

/** A test that is left out, and says so, where the issuer's home lacks that. */
export function testWith(trait: Trait, name: string, work: () => Promise<void>): void {
  const reason = home.lacks[trait]
  if (reason === undefined) test(name, work)
  else process.stderr.write(`left out: ${name} (${reason})\n`)
}
