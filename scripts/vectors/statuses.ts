/** Vectors of statuses (formats §6). */
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'
import {makeSigningKey} from './keys.ts'

const receipt = 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v'
const said = Date.parse('2026-04-02T15:00:00Z')

const body = (overrides: Json = {}): Json => ({
  type: 'countersign.status/v1',
  receipt,
  status: 'active',
  at: '2026-04-02T15:00:00Z',
  ...overrides,
})

const run = {id: '9731245008', attempt: 1, at: '2026-04-02T14:59:00Z'}

export function statusVectors(): Vectors {
  const key = makeSigningKey()
  const other = makeSigningKey()
  const text = JSON.stringify(key.sign(body()))
  const ask = (
    name: string,
    {
      given = text,
      keys = [key.pin] as readonly string[],
      now = said,
      about = receipt,
      code = '',
      status = 'active',
      run = undefined as Json | undefined,
    },
  ): Case => ({
    name,
    arguments: [given, {keys, now, receipt: about}],
    result: code === '' ? {valid: true, receipt, status, ...(run === undefined ? {} : {run})} : refused(code),
  })
  const signed = (overrides: Json): string => JSON.stringify(key.sign(body(overrides)))
  return {
    about: 'Statuses: what the issuer says of a receipt now. Signed as receipts are, good for five minutes.',
    call: 'verify.status(status, options)',
    cases: [
      ask('an active receipt', {}),
      ask('a revoked one is a valid status too', {given: signed({status: 'revoked'}), status: 'revoked'}),
      ...runCases({ask, signed}),
      ask('a minute before it was said', {now: said - 60_000}),
      ask('longer before it was said', {now: said - 60_001, code: 'status_not_yet_valid'}),
      ask('just before five minutes are over', {now: said + 299_999}),
      ask('after five minutes', {now: said + 300_000, code: 'status_stale'}),
      ask('no JSON', {given: '{', code: 'status_malformed'}),
      ask('a word that there is not', {given: signed({status: 'fine'}), code: 'status_malformed'}),
      {...ask('too large by its layout alone', {code: 'status_too_large'}), padding: 16_384},
      ask('a key that is not pinned', {keys: [other.pin], code: 'status_key_not_pinned'}),
      ask('a key that is pinned as revoked', {keys: [`${key.pin} revoked`], code: 'status_key_revoked'}),
      ask('said after the end of the pin', {
        keys: [`${key.pin} until=2026-04-02T14:59:59Z`],
        code: 'status_key_revoked',
      }),
      ask('a signed member was changed', {
        given: swap(signed({status: 'revoked'}), 'revoked', 'active'),
        code: 'status_signature_invalid',
      }),
      ask('of another receipt', {about: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w', code: 'status_mismatch'}),
      ask('no key is pinned', {keys: [], code: 'input_invalid'}),
    ],
  }
}

type Ask = (name: string, given: {given: string; status?: string; code?: string; run?: Json}) => Case

/** What else was never made, and which run used it. */
const runCases = ({ask, signed}: {ask: Ask; signed: (overrides: Json) => string}): readonly Case[] => [
  ask('one that this issuer never made', {given: signed({status: 'unknown'}), status: 'unknown'}),
  ask('the run that used it', {given: signed({status: 'redeemed', run}), status: 'redeemed', run}),
  ask('the run that had used it before it was revoked', {
    given: signed({status: 'revoked', run}),
    status: 'revoked',
    run,
  }),
  ask('a run, though none used it', {given: signed({run}), code: 'status_malformed'}),
  ask('a run by number', {given: signed({status: 'redeemed', run: {...run, id: 7}}), code: 'status_malformed'}),
  ask('a run with a member that there is not', {
    given: signed({status: 'redeemed', run: {...run, url: 'https://github.com'}}),
    code: 'status_malformed',
  }),
  ask('another run was put in', {
    given: swap(signed({status: 'redeemed', run}), '"9731245008"', '"9731245009"'),
    code: 'status_signature_invalid',
  }),
]
