/** A badge's words and colours, as SVG and in the form of a shields endpoint. */
import {badgen} from 'badgen'
import type {BadgeStatus} from './status.ts'

/** Each with white text at a contrast of at least 4.5, and seen on white paper and on black. Revoked is grey: it is over, nobody forbids. */
const colours = {
  authorized: '17713f',
  pending: '8a5a00',
  denied: 'b3261e',
  expired: '636a72',
  revoked: '636a72',
  emergency: '9a3b00',
  unknown: '636a72',
} as const satisfies Record<BadgeStatus['kind'], string>

export interface Badge {
  readonly label: string
  readonly message: string
  readonly color: string
}

export const sayBadge = (label: string, status: BadgeStatus): Badge => ({
  label,
  message: status.kind === 'authorized' ? `authorized by ${status.by} · ${status.sha.slice(0, 7)}` : status.kind,
  color: colours[status.kind],
})

/** With a title for readers; badgen escapes the words. */
export const drawBadge = ({label, message, color}: Badge): string =>
  badgen({label, status: message, color, labelColor: '444c56', style: 'flat'})

/** https://shields.io/badges/endpoint-badge */
export const endpointOf = ({label, message, color}: Badge): object => ({schemaVersion: 1, label, message, color})
