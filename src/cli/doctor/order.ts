/** The options of `countersign doctor` -> what is looked at and how it is told, or every problem at once. */
import {type RepositoryName, parseRepositoryName} from '#protocol'
import {type CommandLine, readWords} from '../arguments.ts'
import {type Severity, severities} from './rules.ts'

export type Subject =
  | {readonly kind: 'local'; readonly folder: string}
  | {readonly kind: 'github'; readonly repository: RepositoryName; readonly ref: string | undefined}

export interface DoctorOrder {
  readonly subject: Subject
  readonly form: 'text' | 'json' | 'sarif'
  readonly failOn: Severity
}

const syntax = {local: 'text', ref: 'text', 'fail-on': 'text', json: 'flag', sarif: 'flag'} as const

export function readOrder(words: readonly string[]): CommandLine<DoctorOrder> {
  const read = readWords(words, syntax)
  if (!read.ok) return read
  const {text, flag, files} = read.value
  const subject = readSubject({local: text('local'), ref: text('ref'), names: files})
  const failOn = severities.find((severity) => severity === (text('fail-on') ?? 'high'))
  const problems = [
    ...(typeof subject === 'string' ? [subject] : []),
    ...(failOn === undefined ? [`--fail-on: give one of ${severities.join(', ')}.`] : []),
    ...(flag('json') && flag('sarif') ? ['Give --json or --sarif, not both.'] : []),
  ]
  if (typeof subject === 'string' || failOn === undefined || problems.length > 0) return {ok: false, fault: problems}
  return {ok: true, value: {subject, failOn, form: flag('json') ? 'json' : flag('sarif') ? 'sarif' : 'text'}}
}

interface Given {
  readonly local: string | undefined
  readonly ref: string | undefined
  readonly names: readonly string[]
}

function readSubject({local, ref, names}: Given): Subject | string {
  const [name, ...more] = names
  if (local !== undefined) {
    if (name !== undefined || ref !== undefined)
      return 'Give OWNER/REPO, or --local DIR, not both; --ref goes with the first.'
    return local === '' ? '--local: name the folder of a checkout.' : {kind: 'local', folder: local}
  }
  const repository = parseRepositoryName(name)
  if (repository === undefined || more.length > 0)
    return 'Give one repository as OWNER/REPO, or a checkout with --local DIR.'
  return ref === '' ? '--ref: name a branch, a tag or a commit.' : {kind: 'github', repository, ref}
}
