/** A name that stands there as it is, or comes from the job's own matrix: then all of its values. */
import {childOf, textOf} from '../yaml.ts'
import {hasExpression} from './expressions.ts'
import type {Job} from './workflow.ts'

/** Undefined when it is worked out in another way. */
export function valuesOf(text: string, {node}: Pick<Job, 'node'>): readonly string[] | undefined {
  if (!hasExpression(text)) return [text]
  const name = /^\$\{\{\s*matrix\.([A-Za-z_][\w-]*)\s*\}\}$/.exec(text)?.[1]
  const matrix = childOf(childOf(node, 'strategy'), 'matrix')
  if (name === undefined || matrix?.kind !== 'map') return undefined
  const values = childOf(matrix, name)
  const added = childOf(matrix, 'include')
  const listed = values?.kind === 'list' ? values.items : []
  const included = added?.kind === 'list' ? added.items.flatMap((item) => childOf(item, name) ?? []) : []
  const names = [...listed, ...included].map(textOf)
  const isKnown = names.length > 0 && names.every((one) => one !== undefined && one !== '' && !hasExpression(one))
  // A list that is itself an expression is made at run time.
  if (!isKnown || (values !== undefined && values.kind !== 'list')) return undefined
  return [...new Set(names.map(String))]
}
