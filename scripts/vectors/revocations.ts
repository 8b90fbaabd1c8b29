/** Vectors of revocations (formats §6). */
import {type Case, type Json, type Vectors, refused, swap} from './cases.ts'
import {makeSigningKey} from './keys.ts'

const body = (overrides: Json = {}): Json => ({
  type: 'countersign.revocation/v1',
  id: 'rvk_01jdaa3x7k9m2n4p6q8r0s2t50',
  receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v',
  repositoryId: 1296269,
  revokedBy: {login: 'monalisa', id: 2},
  statement: {kind: 'issue_comment', id: 99262199, digest: `sha256:${'4'.repeat(64)}`},
  at: '2026-04-02T14:45:00Z',
  cause: 'person',
  ...overrides,
})

export function revocationVectors(): Vectors {
  const key = makeSigningKey()
  const other = makeSigningKey()
  const text = JSON.stringify(key.sign(body()))
  const expect = {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4v', repositoryId: 1296269}
  const ask = (
    name: string,
    {given = text, keys = [key.pin] as readonly string[], expected = expect as Json, code = ''},
  ): Case => ({
    name,
    arguments: [given, {keys, expect: expected}],
    result: code === '' ? {valid: true} : refused(code),
  })
  const signed = (overrides: Json): string => JSON.stringify(key.sign(body(overrides)))
  return {
    about: 'Revocations: a receipt that does not count any more. Signed as receipts are.',
    call: 'verify.revocation(revocation, options)',
    cases: [
      ask('a revocation by a person', {}),
      ask('nothing is expected of it', {expected: {}}),
      ask('the pull request was closed, and nobody said a word', {given: signed({cause: 'closed', statement: null})}),
      ask('no JSON', {given: '{', code: 'revocation_malformed'}),
      ask('a cause that there is not', {given: signed({cause: 'mood'}), code: 'revocation_malformed'}),
      ask('a person without a statement', {given: signed({statement: null}), code: 'revocation_malformed'}),
      {...ask('too large by its layout alone', {code: 'revocation_too_large'}), padding: 16_384},
      ask('a key that is not pinned', {keys: [other.pin], code: 'revocation_key_not_pinned'}),
      ask('a key that is pinned as revoked', {keys: [`${key.pin} revoked`], code: 'revocation_key_revoked'}),
      ask('made after the end of the pin', {
        keys: [`${key.pin} until=2026-04-02T14:44:59Z`],
        code: 'revocation_key_revoked',
      }),
      ask('a signed member was changed', {
        given: swap(text, 'monalisa', 'octocat'),
        code: 'revocation_signature_invalid',
      }),
      ask('another receipt', {
        expected: {receipt: 'rcpt_dg_01jdaa3x7k9m2n4p6q8r0s2t4w'},
        code: 'revocation_mismatch',
      }),
      ask('another repository', {expected: {repositoryId: 7}, code: 'revocation_mismatch'}),
      ask('no key is pinned', {keys: [], code: 'input_invalid'}),
    ],
  }
}
