/** Receipts as in-toto attestations: verified by two programs that know nothing of ours, served to whoever may read them. */
import {spawnSync} from 'node:child_process'
import {createPublicKey} from 'node:crypto'
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, test} from '@jest/globals'
import {Verifier, toSignedEntity, toTrustMaterial} from '@sigstore/verify'
import {Hono} from 'hono'
import {
  type IntotoEnvelope,
  type PinnedKeys,
  type Receipt,
  dsseInput,
  hexToBytes,
  intotoPayload,
  maxSignedBytes,
  openIntoto,
  parsePinnedKeys,
  parseReceipt,
} from '#protocol'
import {makeToken} from '../../issuer/api/callers/secret-token.ts'
import {attest, intotoRoutes} from '../../issuer/api/receipt-routes.ts'
import type {Signer} from '../../issuer/model/signer.ts'
import type {Durable} from '../../issuer/model/durable.ts'
import {openSqlite} from '../../issuer/store/sqlite.ts'
import {whyNoOpenssl} from '../conformance/openssl.ts'
import {type Json, type Overrides, aReceipt, approvalBody, makeKey} from '../protocol/builders.ts'
import {firstEntry, receiptOf} from '../stores/builders.ts'
import {decideStatement} from '../stores/deciding.ts'

const key = makeKey()
const signer: Signer = {
  publicKey: key.pin,
  sign: async (message) => Promise.resolve(hexToBytes(key.signBytes(message).slice('ed25519:'.length))),
}
const reason = whyNoOpenssl()
const maybe = reason === undefined ? test : test.skip
const because = reason === undefined ? '' : ` (${reason})`

function receiptWith(overrides: Overrides = {}): Receipt {
  const parsed = parseReceipt(JSON.parse(aReceipt(overrides).text))
  if (!parsed.ok) throw new Error(parsed.fault)
  return parsed.value
}

const envelopeOf = (receipt: Receipt): Promise<IntotoEnvelope> => attest(receipt, {signer})

function pins(...lines: readonly string[]): PinnedKeys {
  const pinned = parsePinnedKeys(lines.join('\n'))
  if (!pinned.ok) throw new Error(pinned.fault.join())
  return pinned.value
}

const bytesOf = (base64: string): Buffer => Buffer.from(base64, 'base64')

/** The same envelope with one bit of its payload or signature flipped, at a place of it between 0 and 1. */
function flip(envelope: IntotoEnvelope, part: 'payload' | 'sig', place: number): IntotoEnvelope {
  const flipped = (base64: string): string => {
    const bytes = bytesOf(base64)
    const at = Math.floor(place * (bytes.length - 1))
    bytes[at] = (bytes[at] ?? 0) ^ 1
    return bytes.toString('base64')
  }
  const [{keyid, sig}] = envelope.signatures
  return part === 'payload'
    ? {...envelope, payload: flipped(envelope.payload)}
    : {...envelope, signatures: [{keyid, sig: flipped(sig)}]}
}

/** RFC 8410 §4: the header of an Ed25519 SubjectPublicKeyInfo, then the 32 bytes. */
const spki = Buffer.from(key.pin.replace('pp_pk_', '302a300506032b6570032100'), 'hex')

/** By the verifier of npm and cosign bundles, with our key as the one that it is given for the hint. */
function sigstoreVerdict({payload, payloadType, signatures}: IntotoEnvelope): 'verified' | 'refused' {
  const publicKey = createPublicKey({key: spki, format: 'der', type: 'spki'})
  const none = {tlogs: [], certificateAuthorities: [], ctlogs: [], timestampAuthorities: []}
  const trust = toTrustMaterial({mediaType: '', ...none}, () => ({publicKey, validFor: () => true}))
  const verifier = new Verifier(trust, {tlogThreshold: 0, ctlogThreshold: 0, timestampThreshold: 0})
  const [{keyid, sig}] = signatures
  const entity = toSignedEntity({
    mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
    content: {
      $case: 'dsseEnvelope',
      dsseEnvelope: {payload: bytesOf(payload), payloadType, signatures: [{keyid, sig: bytesOf(sig)}]},
    },
    verificationMaterial: {
      content: {$case: 'publicKey', publicKey: {hint: keyid}},
      tlogEntries: [],
      timestampVerificationData: undefined,
    },
  })
  try {
    verifier.verify(entity)
    return 'verified'
  } catch {
    return 'refused'
  }
}

/** The signed bytes put together here as DSSE's page says, without any code of ours. */
function opensslVerdict({payload, payloadType, signatures}: IntotoEnvelope): 'verified' | 'refused' {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-intoto-'))
  const write = (name: string, content: Buffer): string => {
    writeFileSync(join(folder, name), content)
    return join(folder, name)
  }
  try {
    const body = bytesOf(payload)
    const head = `DSSEv1 ${payloadType.length} ${payloadType} ${body.length} `
    const message = write('message', Buffer.concat([Buffer.from(head), body]))
    const signature = write('signature', bytesOf(signatures[0].sig))
    const args = ['pkeyutl', '-verify', '-pubin', '-keyform', 'DER', '-inkey', write('key.der', spki), '-rawin']
    const {status} = spawnSync('openssl', [...args, '-in', message, '-sigfile', signature])
    return status === 0 ? 'verified' : 'refused'
  } finally {
    rmSync(folder, {recursive: true})
  }
}

const places = [0, 0.2, 0.5, 0.8, 1]
const flips = (envelope: IntotoEnvelope): readonly IntotoEnvelope[] =>
  places.flatMap((place) => [flip(envelope, 'payload', place), flip(envelope, 'sig', place)])

test('an attestation names the commit by its git digest and holds the receipt whole', async () => {
  const receipt = receiptWith()
  const {payload, payloadType, signatures} = await envelopeOf(receipt)
  expect(payloadType).toBe('application/vnd.in-toto+json')
  expect(signatures).toEqual([{keyid: key.pin, sig: expect.stringMatching(/^[A-Za-z0-9+/]{86}==$/)}])
  expect(JSON.parse(bytesOf(payload).toString())).toEqual({
    _type: 'https://in-toto.io/Statement/v1',
    subject: [{name: `octo-org/api-service@${receipt.scope.sha}`, digest: {gitCommit: receipt.scope.sha}}],
    predicateType: 'urn:countersign:receipt:v1',
    predicate: JSON.parse(JSON.stringify(receipt)) as Json,
  })
})

test('there is room for the receipt with the most and the longest approvals that GitHub can make', async () => {
  const [id, pullRequest] = [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  const statement = {kind: 'issue_comment', id, digest: `sha256:${'1'.repeat(64)}`}
  const approvals = Array.from({length: 6}, (_, i) =>
    approvalBody({id: id - i, login: `${'o'.repeat(38)}${i}`, role: 'r'.repeat(64), statement}),
  )
  const name = {repository: `${'o'.repeat(39)}/${'r'.repeat(100)}`, repositoryId: id, pullRequest}
  const scope = {...name, sha: 'a'.repeat(64), tree: 'b'.repeat(64), environment: 'e'.repeat(63)}
  const issuer = `https://${`${'i'.repeat(55)}.`.repeat(4)}example.com:65535`
  const flags = ['escalated', 'fresh', 'once', 'self']
  const receipt = receiptWith({approvals, authorizedBy: approvals.at(-1)?.['login'], scope, issuer, flags})
  expect(sigstoreVerdict(await envelopeOf(receipt))).toBe('verified')
  expect(dsseInput(intotoPayload(receipt)).length).toBeLessThanOrEqual(maxSignedBytes)
})

test('the verifier of sigstore takes it, and no other one bit away from it', async () => {
  const envelope = await envelopeOf(receiptWith())
  expect(sigstoreVerdict(envelope)).toBe('verified')
  for (const flipped of flips(envelope)) expect(sigstoreVerdict(flipped)).toBe('refused')
  expect(sigstoreVerdict({...envelope, payloadType: 'text/plain' as IntotoEnvelope['payloadType']})).toBe('refused')
})

maybe(`openssl takes it, and no other one bit away from it${because}`, async () => {
  const envelope = await envelopeOf(receiptWith())
  expect(opensslVerdict(envelope)).toBe('verified')
  for (const flipped of flips(envelope)) expect(opensslVerdict(flipped)).toBe('refused')
})

describe('opening an envelope', () => {
  const codeOf = (envelope: unknown, ...lines: readonly string[]): string => {
    const opened = openIntoto(envelope, pins(...(lines.length > 0 ? lines : [key.pin])))
    return opened.ok ? 'opened' : opened.fault.code
  }

  test('gives the receipt and who vouched for it', async () => {
    const receipt = receiptWith()
    const opened = openIntoto(JSON.stringify(await envelopeOf(receipt), null, 2), pins(key.pin))
    expect(opened).toEqual({ok: true, value: {receipt, signedBy: key.pin}})
  })

  test('refuses each flipped bit, a key that is not pinned, and one that is pinned as revoked', async () => {
    const envelope = await envelopeOf(receiptWith())
    expect(codeOf(envelope)).toBe('opened')
    for (const flipped of flips(envelope)) expect(codeOf(flipped)).toBe('signature_invalid')
    expect(codeOf(envelope, makeKey().pin)).toBe('key_not_pinned')
    expect(codeOf(envelope, `${key.pin} revoked`)).toBe('key_revoked')
  })

  test("refuses a subject that is not the receipt's, though a pinned key signed it", async () => {
    const statement = JSON.parse(bytesOf((await envelopeOf(receiptWith())).payload).toString()) as Json
    const wrong = [
      {...statement, subject: [{name: 'octo-org/other@main', digest: {gitCommit: 'b'.repeat(40)}}]},
      {...statement, predicateType: 'https://slsa.dev/provenance/v1'},
      {...statement, predicate: {...(statement['predicate'] as Json), approvals: []}},
      {...statement, more: true},
    ]
    for (const one of wrong) expect(codeOf(signed(Buffer.from(JSON.stringify(one))))).toBe('receipt_malformed')
  })

  test("takes what DSSE's page has consumers take", async () => {
    const envelope = await envelopeOf(receiptWith())
    const {sig} = envelope.signatures[0]
    const urlSafe = (base64: string): string => base64.replaceAll('+', '-').replaceAll('/', '_')
    const other = {
      keyid: makeKey().pin,
      sig: bytesOf(makeKey().signBytes(new Uint8Array(3)).slice(8)).toString('base64'),
    }
    const unlike: readonly unknown[] = [
      {...envelope, signatures: [{sig}]},
      {...envelope, signatures: [{keyid: '', sig}]},
      {...envelope, signatures: [{keyid: 'SHA256:abc', sig, cert: 'x'}], more: {a: 1}},
      {...envelope, payload: urlSafe(envelope.payload), signatures: [{sig: urlSafe(sig)}]},
      {...envelope, payload: envelope.payload.replace(/=+$/, ''), signatures: [{sig: sig.replace(/=+$/, '')}]},
      {...envelope, signatures: [other, {sig: 'AAAA'}, {keyid: key.pin, sig: other.sig}, {sig}]},
    ]
    for (const one of unlike) expect(codeOf(one)).toBe('opened')
    expect(codeOf(unlike[0], makeKey().pin, key.pin)).toBe('opened')
  })

  test('refuses an envelope of which no signature is by a pinned key, and says which came nearest', async () => {
    const envelope = await envelopeOf(receiptWith())
    const {sig} = envelope.signatures[0]
    const stranger = makeKey().pin
    expect(codeOf({...envelope, signatures: [{sig}]}, stranger)).toBe('signature_invalid')
    expect(codeOf({...envelope, signatures: [{sig}]}, `${key.pin} revoked`)).toBe('key_revoked')
    expect(codeOf({...envelope, signatures: [{keyid: stranger, sig: 'AAAA'}]})).toBe('key_not_pinned')
    expect(
      codeOf({
        ...envelope,
        signatures: [
          {keyid: stranger, sig: 'AAAA'},
          {keyid: key.pin, sig: 'AAAA'},
        ],
      }),
    ).toBe('signature_invalid')
    // A key that is no longer trusted vouches for nothing, under whatever hint.
    expect(codeOf(envelope, `${key.pin} revoked`, stranger)).toBe('key_revoked')
  })

  test('refuses what is no envelope of ours', async () => {
    const envelope = await envelopeOf(receiptWith())
    const [signature] = envelope.signatures
    const wrong: readonly unknown[] = [
      undefined,
      'null',
      '{',
      {...envelope, payloadType: 'application/json'},
      {...envelope, payload: `${envelope.payload}=`},
      {...envelope, signatures: []},
      {...envelope, payload: `${envelope.payload} `},
      {...envelope, payload: '+_+_'},
      {...envelope, signatures: signature},
      {...envelope, signatures: Array.from({length: 65}, () => ({sig: 'AA=='}))},
      {...envelope, signatures: [{...signature, keyid: 7}]},
      {...envelope, signatures: [signature, {keyid: key.pin}]},
      signed(Buffer.from('{"a":1,"a":2}')),
    ]
    for (const one of wrong) expect(codeOf(one)).toBe('receipt_malformed')
    expect(codeOf(' '.repeat(20_000))).toBe('receipt_too_large')
  })

  /** Any payload, signed as ours are. */
  function signed(payload: Buffer): Json {
    const payloadType = 'application/vnd.in-toto+json'
    const input = Buffer.concat([
      Buffer.from(`DSSEv1 ${payloadType.length} ${payloadType} ${payload.length} `),
      payload,
    ])
    const sig = Buffer.from(key.signBytes(new Uint8Array(input)).slice('ed25519:'.length), 'hex').toString('base64')
    return {payload: payload.toString('base64'), payloadType, signatures: [{keyid: key.pin, sig}]}
  }
})

describe('GET /v1/receipts/{id}.intoto.json', () => {
  let folder: string
  let durable: Durable
  let app: Hono
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'countersign-intoto-'))
    durable = openSqlite(join(folder, 'countersign.db'))
    await durable.createLedger(firstEntry)
    app = new Hono()
    const log = {info: () => undefined, warn: () => undefined, error: () => undefined}
    const jobTokens = {verify: async () => Promise.resolve(undefined)}
    app.route('/v1/receipts', intotoRoutes({...durable, jobTokens, signer, log, now: () => 0}))
    app.get('/v1/receipts/:id', (c) => c.text('the receipt itself'))
  })
  afterEach(() => {
    durable.close()
    rmSync(folder, {recursive: true, force: true})
  })
  const get = async (path: string, bearer?: string): Promise<Response> =>
    await app.request(
      `/v1/receipts/${path}`,
      bearer === undefined ? {} : {headers: {authorization: `Bearer ${bearer}`}},
    )

  test('gives the attestation of a public receipt, and leaves other paths alone', async () => {
    await decideStatement(durable, {n: 1})
    const {id} = receiptOf(1)
    const answer = await get(`${id}.intoto.json`)
    expect(answer.status).toBe(200)
    expect(openIntoto(await answer.text(), pins(key.pin))).toMatchObject({ok: true, value: {receipt: {id}}})
    expect(await (await get(id)).text()).toBe('the receipt itself')
  })

  test('answers of a private one as of none, but to an auditor of its owner', async () => {
    await decideStatement(durable, {n: 1, public: false})
    const {text, digest} = makeToken('csat_')
    await durable.auditors.add({name: 'acme', owners: [9919], createdAt: 0, expiresAt: 1}, digest)
    const file = `${receiptOf(1).id}.intoto.json`
    const statuses = [await get(file), await get(`${receiptOf(2).id}.intoto.json`), await get('rcpt_dg_x.intoto.json')]
    expect(statuses.map(({status}) => status)).toEqual([404, 404, 404])
    expect((await get(file, text)).status).toBe(200)
  })
})
