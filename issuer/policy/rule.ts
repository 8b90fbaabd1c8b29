/** What a rule is: a name, and a judgement with its reason. A new rule is one of these in one of the lists of this folder. */
import type {Flag} from '#protocol'

export type Judgement =
  | {readonly outcome: 'pass'; readonly why: string; readonly flag?: Flag | undefined}
  | {readonly outcome: 'fail'; readonly why: string}

export interface Rule<Facts> {
  readonly name: string
  readonly evaluate: (facts: Facts) => Judgement
}

/** `flag`: the rule passes only because the policy says so, and the receipt must carry the word. */
export const pass = (why: string, flag?: Flag): Judgement => ({outcome: 'pass', why, flag})
export const fail = (why: string): Judgement => ({outcome: 'fail', why})
