/** Whether what is deployed is what the gate compares: one checkout, at one path, of one commit. */
import type {Chart} from '../finding.ts'
import {hasExpression} from './expressions.ts'
import type {KnownJob, KnownStep} from './job.ts'

export function lookAtCheckout({steps, gates}: KnownJob, chart: Chart): void {
  for (const i of gates) {
    const gate = steps[i]
    if (gate === undefined) continue
    const mode = gate.told.get('checkout')
    if (mode?.text === 'ignore') {
      chart.find({rule: 'checkout-ignored', place: mode.place, what: 'The gate is told checkout: ignore.'})
      continue
    }
    const others = steps.filter(({kind}) => kind === 'checkout')
    for (const checkout of others) lookAtOne(checkout, gate, {isBehind: steps.indexOf(checkout) > i, chart})
  }
}

interface Looking {
  readonly isBehind: boolean
  readonly chart: Chart
}

function lookAtOne({inputs, place}: KnownStep, {told, ids}: KnownStep, {isBehind, chart}: Looking): void {
  const [there, here] = [folderOf(inputs.get('path')?.text), folderOf(told.get('path')?.text)]
  const ref = inputs.get('ref')?.text ?? ''
  const repository = inputs.get('repository')?.text ?? ''
  const elsewhere = (what: string): void => chart.find({rule: 'checkout-elsewhere', place, what})
  if (there !== here) {
    if (hasExpression(`${there}${here}`))
      chart.wonder(place, `Whether ${there} and ${here} are one folder is not seen here.`)
    else elsewhere(`It is checked out at ${there}, and the gate looks at ${here}.`)
    return
  }
  if (repository !== '' && !/^\$\{\{\s*github\.repository\s*\}\}$/.test(repository)) {
    elsewhere(`It checks out the repository ${repository}.`)
  } else if (isBehind && !ids.some((id) => ref.includes(`steps.${id}.outputs.sha`))) {
    const what =
      'It checks out behind the gate, and not the commit that the gate names: ref: ${{ steps.gate.outputs.sha }}'
    elsewhere(what)
  }
}

const folderOf = (path = ''): string => {
  const folder = path.replace(/^\.\//, '').replace(/\/+$/, '')
  return folder === '' || folder === '.' ? 'the workspace itself' : folder
}
