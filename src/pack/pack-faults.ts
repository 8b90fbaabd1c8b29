/** What is wrong with a pack although each of its parts may hold. The codes are API. */
import {type Explained, type Faulty, type Refusal, type Words, explainFaulty, explainRefusal} from '#protocol'

/** Rows stand in alphabetical order of their codes, as in docs/export.md. */
export const packFaults = {
  pack_contradiction: {
    what: 'Two documents of one decision contradict each other',
    fix: 'Keep the pack as it is, and ask the operator of the issuer to explain.',
  },
  pack_document_malformed: {
    what: 'The document is not what its name says',
    fix: 'Export the pack again. If it stays so, the issuer keeps a damaged document.',
  },
  pack_entry_mismatch: {
    what: 'The document is not the one that the ledger names',
    fix: 'Ask whoever made the pack for it again: this document was changed, or put in the place of another.',
  },
  pack_file_added: {
    what: 'The file does not belong to the pack',
    fix: 'Take it out of the folder, and ask who put it there.',
  },
  pack_file_changed: {
    what: 'The file is not the one that the manifest lists',
    fix: 'Ask whoever made the pack for it again.',
  },
  pack_file_missing: {
    what: 'The file is missing',
    fix: 'Ask whoever made the pack for it again.',
  },
  pack_incomplete: {
    what: 'The part of the ledger does not reach to the ends of the period',
    fix: 'Export the pack again. If it stays so, somebody cut entries off.',
  },
  pack_index_mismatch: {
    what: 'The index says something else than the documents',
    fix: 'Believe the documents, not index.csv; and ask who changed it.',
  },
  pack_manifest_malformed: {
    what: 'This is no manifest of a pack',
    fix: 'Give the folder as the exporter wrote it: an export that was cut off leaves a manifest without an end.',
  },
} as const satisfies Readonly<Record<string, Words>>

export type PackFaultCode = keyof typeof packFaults

export interface PackFault extends Explained {
  /** The file or the entry. */
  readonly where: string
}

/** `detail` completes the row's sentence. */
export const packFault = (where: string, code: PackFaultCode, detail?: string): PackFault => ({
  where,
  code,
  reason: detail === undefined ? `${packFaults[code].what}.` : `${packFaults[code].what}: ${detail}.`,
  fix: packFaults[code].fix,
})

/** What another verifier says of a document. */
export const faultOf = (where: string, fault: Faulty): PackFault => ({where, ...explainFaulty(fault)})
export const refusalOf = (where: string, refusal: Refusal): PackFault => ({where, ...explainRefusal(refusal)})
