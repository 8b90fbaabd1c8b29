/** When an evidence bundle holds (formats §4): size, form, key, MAC, and every disclosure against its commitment. */
import {equalBytes} from './crypto.ts'
import {type SectionName, commitmentOf, parseDisclosure} from './disclosure.ts'
import {type EvidenceBundle, type Sections, macOf, maxEvidenceBytes, parseEvidence} from './evidence.ts'
import {parseEvidenceKey} from './evidence-key.ts'
import {type JsonValue, isPlainObject, parseJson} from './json.ts'
import {type Faulty, faulty} from './proof-faults.ts'
import {readProofText} from './proof-text.ts'

export interface EvidenceResult {
  readonly valid: true
  /** The section `policyTrace`; null where it is redacted. */
  readonly policies: readonly JsonValue[] | null
  /** `score` of the section `risk`; null where it is redacted. */
  readonly riskScore: number | null
  /** Sections that the header commits to and the bundle does not show. */
  readonly redacted: number
  readonly sections: Sections
}

/** Total. `bundle` as text (preferred) or as an object, `hmacKey` the bundle's own: 32 bytes or 64 hex digits. */
export function verifyEvidence(bundle: unknown, hmacKey: unknown): EvidenceResult | Faulty {
  const read = readBundle(bundle)
  if ('valid' in read) return read
  const key = parseEvidenceKey(hmacKey)
  if (key === undefined) {
    return faulty(
      'evidence_key_invalid',
      "give the 32 bytes of the bundle's own key, or their 64 lower-case hex digits",
    )
  }
  const ascii = new TextEncoder()
  if (!equalBytes(ascii.encode(macOf(read, key)), ascii.encode(read.mac))) {
    return faulty('evidence_mac_invalid', 'its header was changed, or the key is of another bundle')
  }
  const sections = openSections(read)
  return 'valid' in sections ? sections : judge(sections, read)
}

/**
 * As verifyEvidence, but for the MAC: for whoever has no key of the bundle, and its header's digest from a document that
 * a public key vouches for. Total.
 */
export function openEvidence(
  bundle: unknown,
): {readonly valid: true; readonly bundle: EvidenceBundle; readonly redacted: number} | Faulty {
  const read = readBundle(bundle)
  if ('valid' in read) return read
  const sections = openSections(read)
  if ('valid' in sections) return sections
  const judged = judge(sections, read)
  return judged.valid ? {valid: true, bundle: read, redacted: judged.redacted} : judged
}

function readBundle(input: unknown): EvidenceBundle | Faulty {
  const text = readProofText(input, maxEvidenceBytes)
  if (!text.ok)
    return faulty(text.fault.wrong === 'size' ? 'evidence_too_large' : 'evidence_malformed', text.fault.reason)
  const json = parseJson(text.value)
  if (!json.ok) return faulty('evidence_malformed', `${json.reason} (at character ${json.at})`)
  const parsed = parseEvidence(json.value)
  return parsed.ok ? parsed.bundle : faulty('evidence_malformed', parsed.reason)
}

type Opened = ReadonlyMap<SectionName, JsonValue>

/** The commitment is compared first: nothing that the header does not vouch for is looked into. */
function openSections({commitments, disclosures}: EvidenceBundle): Opened | Faulty {
  const sections = new Map<SectionName, JsonValue>()
  for (const [i, disclosure] of disclosures.entries()) {
    if (!commitments.includes(commitmentOf(disclosure))) {
      return faulty('evidence_not_committed', `disclosures[${i}] is not among the commitments`)
    }
    const opened = parseDisclosure(disclosure)
    if (!opened.ok) {
      const code = opened.fault.wrong === 'salt' ? 'evidence_salt_invalid' : 'evidence_malformed'
      return faulty(code, `disclosures[${i}] ${opened.fault.reason}`)
    }
    const {name, value} = opened.value
    if (sections.has(name)) return faulty('evidence_section_repeated', `"${name}" stands in it twice`)
    sections.set(name, value)
  }
  return sections
}

function judge(opened: Opened, {commitments, disclosures}: EvidenceBundle): EvidenceResult | Faulty {
  const policies = opened.get('policyTrace') ?? null
  const risk = opened.get('risk') ?? null
  const riskScore = isPlainObject(risk) ? (risk['score'] ?? null) : null
  if (policies !== null && !isArray(policies)) {
    return faulty('evidence_malformed', 'its section "policyTrace" must be an array')
  }
  if (risk !== null && !isScore(riskScore)) {
    return faulty('evidence_malformed', 'its section "risk" must be an object with a "score" from 0 to 1')
  }
  return {
    valid: true,
    policies,
    riskScore: isScore(riskScore) ? riskScore : null,
    redacted: commitments.length - disclosures.length,
    sections: Object.fromEntries(opened),
  }
}

const isScore = (value: JsonValue): value is number => typeof value === 'number' && value >= 0 && value <= 1
/** Array.isArray does not narrow a readonly array. */
const isArray = (value: JsonValue): value is readonly JsonValue[] => Array.isArray(value)
