/** Workflow files as repositories have them: one that is as it should be, and what changes of it make of it. */
import {examineFiles} from '../../../src/cli/doctor/examine.ts'
import type {ExaminedFiles} from '../../../src/cli/doctor/examine.ts'

const sha = '08c6903cd8c0fde910a37f88322edcfb5dd907a8'
export const pin = `pp_pk_8a7b${'0'.repeat(60)}`

/** The README's own workflow. */
export const clean = `name: deploy
on:
  push:
    branches: [main]
jobs:
  deploy:
    runs-on: ubuntu-latest
    environment: production
    permissions:
      contents: read
      checks: read
      id-token: write
    steps:
      - uses: actions/checkout@${sha} # v5.0.0
        with:
          persist-credentials: false
      - id: gate
        uses: octo-org/countersign@${sha} # v1.0.0
        with:
          environment: production
          public-key: ${pin}
          issuer-url: https://countersign.example.com
      - if: steps.gate.outputs.authorized == 'true'
        run: ./deploy.sh
`

export const owners = '/.github/ @octo-org/security\n'

/** A text in the place of another that must be there. */
export function changed(...pairs: readonly (readonly [string, string])[]): string {
  return pairs.reduce((text, [from, to]) => {
    if (!text.includes(from)) throw new Error(`the workflow has no ${from}`)
    return text.replace(from, () => to)
  }, clean)
}

export const examine = (workflow: string, more: Readonly<Record<string, string>> = {}): ExaminedFiles =>
  examineFiles(
    new Map(Object.entries({'.github/workflows/deploy.yml': workflow, '.github/CODEOWNERS': owners, ...more})),
  )

/** `rule line` of each finding, in the order of the lines. */
export const foundIn = (...asked: Parameters<typeof examine>): readonly string[] =>
  examine(...asked)
    .findings.map(({rule, place}) => [rule, 'line' in place ? place.line : 0] as const)
    .toSorted(([, a], [, b]) => a - b)
    .map(([rule, line]) => `${rule} ${line}`)

export {sha}
