/** Why a file could not be used, in a few words. */
import {faultCode} from '../action/fault.ts'

export function describeFault(fault: unknown): string {
  const code = faultCode(fault)
  switch (code) {
    case undefined:
      throw fault
    case 'ENOENT':
      return 'there is no such file'
    case 'EACCES':
    case 'EPERM':
      return 'this user may not use it'
    case 'EISDIR':
      return 'it is a directory'
    default:
      return `it cannot be used (${code})`
  }
}
