/** What `countersign doctor` finds: each with its place, and what could not be judged or seen beside it. */
import type {RuleId} from './rules.ts'

export interface LinePlace {
  readonly file: string
  /** Counted from 1. */
  readonly line: number
  readonly column: number
}

/** A setting of the repository, by the page that changes it. */
export interface SettingPlace {
  readonly setting: string
  readonly url: string
}

export type Place = LinePlace | SettingPlace

export interface Finding {
  readonly rule: RuleId
  readonly place: Place
  /** What is so here, in a sentence with its names. */
  readonly what: string
  /** Lines to copy; undefined: those of the rule. */
  readonly fix?: string | undefined
}

/** Neither good nor bad as far as the text says. It changes no exit code. */
export interface Unknown {
  readonly place: Place
  readonly what: string
}

/** Could not be looked at, so nothing may be said of it: the run is not complete. */
export interface Unseen {
  readonly what: string
  readonly why: string
}

export interface Examined {
  readonly findings: readonly Finding[]
  readonly unknown: readonly Unknown[]
  readonly unseen: readonly Unseen[]
}

/** Gathers what one look after the other finds. */
export class Chart implements Examined {
  readonly findings: Finding[] = []
  readonly unknown: Unknown[] = []
  readonly unseen: Unseen[] = []

  find(finding: Finding): void {
    this.findings.push(finding)
  }

  wonder(place: Place, what: string): void {
    this.unknown.push({place, what})
  }

  miss(what: string, why: string): void {
    this.unseen.push({what, why})
  }
}
