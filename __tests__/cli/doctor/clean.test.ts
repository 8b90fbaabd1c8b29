/** Workflows in which nothing weakens the gate: `countersign doctor` finds nothing in them. */
import {readFileSync} from 'node:fs'
import {expect, test} from '@jest/globals'
import {changed, clean, examine, foundIn, pin, sha} from './workflows.ts'

const step = "      - if: steps.gate.outputs.authorized == 'true'\n        run: ./deploy.sh\n"
const job = '  deploy:\n    runs-on: ubuntu-latest\n'

const workflows: Readonly<Record<string, string>> = {
  'that of the README': clean,
  'one without any deployment':
    'on: [push]\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v5\n      - run: npm test\n',
  'one that reports a refusal': changed([
    step,
    `${step}      - if: failure()\n        run: echo "refused" >> "$GITHUB_STEP_SUMMARY"\n      - if: always()\n        uses: actions/upload-artifact@${sha}\n        with: {name: log, path: log.txt}\n`,
  ]),
  'one that asks in other words': changed([
    step,
    "      - if: ${{ github.ref == 'refs/heads/main' && (steps.gate.outputs.authorized == 'true') }}\n        run: ./deploy.sh\n      - if: steps['gate'].outputs.authorized=='true'\n        run: kubectl apply -f k8s/\n",
  ]),
  'one that always runs, but only with the word of the gate': changed([
    step,
    "      - if: always() && steps.gate.outputs.authorized == 'true'\n        run: ./deploy.sh\n",
  ]),
  'one with the permissions of the workflow': changed(
    ['jobs:\n', 'permissions:\n  contents: read\n  checks: read\njobs:\n'],
    ['    permissions:\n      contents: read\n      checks: read\n      id-token: write\n', ''],
  ),
  'one with an environment that has an address': changed([
    '    environment: production\n',
    '    environment:\n      name: production\n      url: https://api.example.com\n',
  ]),
  'one with a matrix': changed(
    [job, `${job}    strategy:\n      matrix:\n        place: [staging, production]\n`],
    ['    environment: production\n', '    environment: ${{ matrix.place }}\n'],
    ['          environment: production\n', '          environment: ${{ matrix.place }}\n'],
  ),
  'one with everything in a folder': changed(
    ['          persist-credentials: false\n', '          persist-credentials: false\n          path: app\n'],
    [`          public-key: ${pin}\n`, `          public-key: ${pin}\n          path: ./app/\n`],
  ),
  'one that checks out behind the gate what the gate names': changed(
    [`      - uses: actions/checkout@${sha} # v5.0.0\n        with:\n          persist-credentials: false\n`, ''],
    [
      step,
      `      - uses: actions/checkout@${sha}\n        with:\n          ref: \${{ steps.gate.outputs.sha }}\n${step}`,
    ],
  ),
  'one that says something before the gate': changed([
    '      - id: gate\n',
    '      - run: echo "deploying"\n      - id: gate\n',
  ]),
  'one with the command in the place of the Action': changed(
    [
      '      - id: gate\n',
      `      - run: |\n          npx --package @countersign/verify countersign gate \\\n            --environment production --public-key ${pin} && ./deploy.sh\n`,
    ],
    [
      `        uses: octo-org/countersign@${sha} # v1.0.0\n        with:\n          environment: production\n          public-key: ${pin}\n          issuer-url: https://countersign.example.com\n${step}`,
      '',
    ],
  ),
  'one with anchors': changed(
    ['    permissions:\n', '    permissions: &least\n'],
    [
      step,
      `${step}  other:\n    runs-on: ubuntu-latest\n    permissions: *least\n    steps:\n      - run: echo done\n`,
    ],
  ),
}

test('that of docs/doctor.md', () => {
  const page = readFileSync(new URL('../../../docs/doctor.md', import.meta.url), 'utf8')
  const workflow = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  expect(workflow).toContain('id: gate')
  expect(foundIn(workflow)).toEqual([])
})

test.each(Object.keys(workflows))('%s', (name) => {
  expect(foundIn(workflows[name] ?? '')).toEqual([])
  expect(examine(workflows[name] ?? '').unknown).toEqual([])
})
