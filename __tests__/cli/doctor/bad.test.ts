/** Workflows of which each has one weakness: `countersign doctor` finds it, at its line, and nothing else. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {changed, clean, examine, foundIn, pin, sha} from './workflows.ts'

const checkout = `      - uses: actions/checkout@${sha} # v5.0.0\n`
const gate = '      - id: gate\n'
const gateUses = `        uses: octo-org/countersign@${sha} # v1.0.0\n`
const condition = "      - if: steps.gate.outputs.authorized == 'true'\n        run: ./deploy.sh\n"
const gateStep = clean.slice(clean.indexOf(gate), clean.indexOf(condition))
const key = `          public-key: ${pin}\n`
const other = 'jobs:\n'
const rights = '    permissions:\n      contents: read\n      checks: read\n      id-token: write\n'
const otherJob = `  approve:\n    runs-on: ubuntu-latest\n    environment: production\n    permissions:\n      checks: read\n    steps:\n${gateStep}`

const bad: Readonly<Record<string, readonly [string, readonly string[]]>> = {
  'no gate': [changed([gateStep, ''], [condition, '      - run: ./deploy.sh\n']), ['gate-missing 6']],
  'a known deploy Action without an environment and without a gate': [
    changed(
      [gateStep, ''],
      ['    environment: production\n', ''],
      [condition, `      - uses: azure/webapps-deploy@${sha}\n`],
    ),
    ['gate-missing 6'],
  ],
  'the gate in another job': [
    changed(
      [gateStep, ''],
      [condition, '      - run: ./deploy.sh\n'],
      [other, `${other}${otherJob}`],
      ['  deploy:\n', '  deploy:\n    needs: approve\n'],
    ),
    ['gate-in-other-job 18'],
  ],
  'a script before the gate': [changed([gate, `      - run: npm ci\n${gate}`]), ['code-before-gate 17']],
  'a script of several lines before the gate': [
    changed([gate, `      - run: |\n          echo building\n          make build\n${gate}`]),
    ['code-before-gate 17'],
  ],
  'a clone and a script before the gate': [
    changed([
      `${checkout}        with:\n          persist-credentials: false\n`,
      '      - run: git clone https://github.com/octo-org/api-service . && ./prepare\n',
    ]),
    ['code-before-gate 14'],
  ],
  'a deploying step that does not ask': [
    changed([condition, '      - run: ./deploy.sh\n']),
    ['deploy-unconditioned 23'],
  ],
  'a step with credentials that does not ask': [
    changed([condition, `      - uses: aws-actions/configure-aws-credentials@${sha}\n${condition}`]),
    ['deploy-unconditioned 23'],
  ],
  'a step that reads a secret and does not ask': [
    changed([
      condition,
      `      - run: make release\n        env:\n          TOKEN: \${{ secrets.RELEASE_TOKEN }}\n${condition}`,
    ]),
    ['deploy-unconditioned 23'],
  ],
  'continue-on-error on the gate': [
    changed([gateUses, `${gateUses}        continue-on-error: true\n`]),
    ['gate-ignored 17'],
  ],
  'continue-on-error on the job': [
    changed(['    environment: production\n', '    environment: production\n    continue-on-error: true\n']),
    ['gate-ignored 6'],
  ],
  'a step behind it that always runs': [
    changed([condition, '      - if: always()\n        run: ./deploy.sh\n']),
    ['runs-after-refusal 23'],
  ],
  'a step behind it that runs after a failure': [
    changed([condition, `${condition}      - if: failure()\n        run: ./rollback.sh\n`]),
    ['runs-after-refusal 25'],
  ],
  'a step behind it that runs unless it is cancelled': [
    changed([condition, '      - if: ${{ !cancelled() }}\n        run: ./deploy.sh\n']),
    ['runs-after-refusal 23'],
  ],
  'a gate by its tag': [changed([gateUses, '        uses: octo-org/countersign@v1\n']), ['gate-unpinned 17']],
  'another Action by its tag': [changed([checkout, '      - uses: actions/checkout@v5\n']), ['action-unpinned 14']],
  'an image without its digest': [
    changed([condition, `${condition}      - uses: docker://alpine:3\n`]),
    ['action-unpinned 25'],
  ],
  'a short SHA': [changed([checkout, `      - uses: actions/checkout@${sha.slice(0, 12)}\n`]), ['action-unpinned 14']],
  'the pin out of a variable': [
    changed([key, '          public-key: ${{ vars.COUNTERSIGN_KEY }}\n']),
    ['gate-input-variable 21'],
  ],
  'the environment out of an input': [
    changed(
      ['          environment: production\n', '          environment: ${{ inputs.environment }}\n'],
      ['    environment: production\n', '    environment: ${{ inputs.environment }}\n'],
    ),
    ['gate-input-variable 20'],
  ],
  'a limit out of what is typed': [
    changed([key, `${key}          max-ttl: \${{ github.event.inputs.ttl || '1h' }}\n`]),
    ['gate-input-variable 22'],
  ],
  'refuse-flags emptied': [changed([key, `${key}          refuse-flags: ''\n`]), ['refuse-flags-empty 22']],
  'checkout: ignore': [changed([key, `${key}          checkout: ignore\n`]), ['checkout-ignored 22']],
  'a checkout at another path': [
    changed(['          persist-credentials: false\n', '          path: app\n']),
    ['checkout-elsewhere 14'],
  ],
  'a second checkout behind the gate': [
    changed([condition, `${checkout}        with:\n          ref: main\n${condition}`]),
    ['checkout-elsewhere 23'],
  ],
  'a checkout of another repository': [
    changed(['          persist-credentials: false\n', '          repository: octo-org/scripts\n']),
    ['checkout-elsewhere 14'],
  ],
  pull_request_target: [
    changed(['  push:\n    branches: [main]\n', '  pull_request_target:\n']),
    ['pull-request-target 3'],
  ],
  'no permissions': [changed([rights, '']), ['permissions-missing 6']],
  'permissions: write-all': [changed([rights, '    permissions: write-all\n']), ['permissions-wide 9']],
  'a token that may push': [changed(['      contents: read\n', '      contents: write\n']), ['permissions-wide 9']],
  'another environment than that of the job': [
    changed(['          environment: production\n', '          environment: staging\n']),
    ['environment-differs 20'],
  ],
  'a job in no environment': [changed(['    environment: production\n', '']), ['job-without-environment 6']],
  'a gate that is skipped, and a step that does not notice': [
    changed([gate, `${gate}        if: github.event_name == 'push'\n`], [condition, '      - run: ./deploy.sh\n']),
    ['gate-conditional 17', 'deploy-unconditioned 24'],
  ],
  'a command whose end is swallowed': [
    changed(
      [gateStep, `      - run: countersign gate --environment production --public-key ${pin} || true\n`],
      [condition, '      - run: ./deploy.sh\n'],
    ),
    ['gate-ignored 17'],
  ],
  'a name twice': [
    changed(['    environment: production\n', '    environment: production\n    environment: staging\n']),
    ['workflow-invalid 9'],
  ],
  'a tab': [changed(['    environment: production\n', '\tenvironment: production\n']), ['workflow-invalid 8']],
  'no jobs': ['on: push\n', ['workflow-invalid 1']],
}

test.each(Object.keys(bad))('%s', (name) => {
  const [workflow, found] = bad[name] ?? ['', []]
  expect(foundIn(workflow)).toEqual(found)
})

describe('what cannot be judged is said, and is no finding', () => {
  test.each([
    [
      'a condition with or',
      changed([
        condition,
        "      - if: steps.gate.outputs.authorized == 'true' || inputs.force\n        run: ./deploy.sh\n",
      ]),
      23,
    ],
    [
      'a condition that turns the word round',
      changed([condition, "      - if: steps.gate.outputs.authorized != 'false'\n        run: ./deploy.sh\n"]),
      23,
    ],
    ['a value out of env', changed([key, '          public-key: ${{ env.KEY }}\n']), 21],
    [
      'an expression in continue-on-error',
      changed([gateUses, `${gateUses}        continue-on-error: \${{ matrix.experimental }}\n`]),
      17,
    ],
    [
      'a reusable workflow of elsewhere',
      changed([condition, `${condition}  more:\n    uses: octo-org/shared/.github/workflows/deploy.yml@${sha}\n`]),
      25,
    ],
    ['a local Action that is not there', changed([condition, `${condition}      - uses: ./made/at/run-time\n`]), 25],
  ])('%s', (_, workflow, line) => {
    const {findings, unknown} = examine(workflow)
    expect(findings).toEqual([])
    expect(unknown.map(({place}) => 'line' in place && place.line)).toEqual([line])
  })
})

describe('local Actions and workflows are followed', () => {
  const composite = `runs:\n  using: composite\n  steps:\n    - run: ./deploy.sh\n      shell: bash\n`

  test('a composite Action that deploys is found behind the gate, in its own file', () => {
    const {findings} = examine(changed([condition, '      - uses: ./.github/actions/deploy\n']), {
      '.github/actions/deploy/action.yml': composite,
    })
    expect(findings).toMatchObject([
      {rule: 'deploy-unconditioned', place: {file: '.github/actions/deploy/action.yml', line: 4}},
    ])
  })

  test('one before the gate is code of the repository', () => {
    const found = examine(changed([gate, `      - uses: ./.github/actions/deploy\n${gate}`]), {
      '.github/actions/deploy/action.yml': composite,
    })
    expect(found.findings).toMatchObject([
      {rule: 'code-before-gate', place: {file: '.github/actions/deploy/action.yml'}},
    ])
    const script = examine(changed([gate, `      - uses: ./tool\n${gate}`]), {
      'tool/action.yaml': 'runs:\n  using: node24\n  main: index.js\n',
    })
    expect(script.findings).toMatchObject([{rule: 'code-before-gate', place: {line: 17}}])
  })

  test('one that uses itself ends', () => {
    const {unknown} = examine(changed([condition, `${condition}      - uses: ./round\n`]), {
      'round/action.yml': 'runs:\n  using: composite\n  steps:\n    - uses: ./round\n',
    })
    expect(unknown).toHaveLength(1)
  })

  test('a called workflow of the repository is judged as a file of its own', () => {
    const called = clean.replace('  push:\n    branches: [main]\n', '  workflow_call:\n').replace(gateStep, '')
    const caller = 'on: push\njobs:\n  go:\n    uses: ./.github/workflows/called.yml\n'
    const {findings} = examine(caller, {'.github/workflows/called.yml': called})
    expect(findings).toMatchObject([{rule: 'gate-missing', place: {file: '.github/workflows/called.yml'}}])
  })
})

describe('the policy and CODEOWNERS', () => {
  const policy = 'version: 1\nenvironments:\n  production:\n    single-use: true\n'

  test('a policy that is not valid is told in the words of policy check', () => {
    const {findings} = examine(clean, {
      '.github/countersign.yml': 'version: 1\nenvironments:\n  production:\n    aprovals: 2\n',
    })
    expect(findings).toMatchObject([
      {rule: 'policy-invalid', place: {line: 4}, what: expect.stringContaining('aprovals')},
    ])
  })

  test('a gate without issuer-url where the policy asks for single use or freshness', () => {
    const without = changed(['          issuer-url: https://countersign.example.com\n', ''])
    for (const word of ['single-use', 'fresh']) {
      const asked = {'.github/countersign.yml': policy.replace('single-use', word)}
      expect(foundIn(without, asked)).toEqual(['issuer-url-missing 20'])
      expect(foundIn(clean, asked)).toEqual([])
    }
    expect(foundIn(without, {'.github/countersign.yml': policy.replace('true', 'false')})).toEqual([])
  })

  test.each([
    ['', ['policy-unowned 1', 'workflows-unowned 1']],
    ['* @octocat\n', []],
    ['*.yml @octocat\n', []],
    ['/.github/workflows @octocat\n', ['policy-unowned 1']],
    ['/.github/* @octocat\n', ['workflows-unowned 1']],
    ['/.github/** @octocat\n', []],
    ['.github/countersign.yml @octocat\n# comment\n', ['workflows-unowned 1']],
    ['* @octocat\n/.github/workflows/\n', ['workflows-unowned 2']],
    ['docs/ @octocat\nsrc @octocat\n', ['policy-unowned 1', 'workflows-unowned 1']],
  ])('CODEOWNERS %j', (text, found) => {
    expect(foundIn(clean, {'.github/CODEOWNERS': text})).toEqual(found)
  })
})

test('Actions that use Actions without end are left', () => {
  const many = '    - uses: ./round\n'.repeat(100)
  const {unknown} = examine(changed([condition, `${condition}      - uses: ./round\n`]), {
    'round/action.yml': `runs:\n  using: composite\n  steps:\n${many}`,
  })
  expect(unknown.length).toBeGreaterThan(100)
})

test.each([
  ['expressions without an end', changed([key, `          public-key: "${'${{ '.repeat(200_000)}"\n`])],
  ['a command that never ends', changed([condition, `      - run: "${'a/'.repeat(400_000)}"\n`])],
  [
    'the name of the command, again and again',
    changed([condition, `      - run: "${'countersign@'.repeat(80_000)}"\n`]),
  ],
  ['the command, again and again', changed([condition, `      - run: "${'countersign gate '.repeat(50_000)}"\n`])],
  [
    'a condition of parentheses',
    changed([condition, `      - if: "${'('.repeat(400_000)}"\n        run: ./deploy.sh\n`]),
  ],
])('%s are looked at like any other', (_, workflow) => {
  expect(examine(workflow).findings.map(({rule}) => rule)).not.toContain('workflow-invalid')
})

test('an owner of too many wildcards owns nothing', () => {
  const text = `/.github/${'*a'.repeat(40)} @octocat\n`
  expect(foundIn(clean, {'.github/CODEOWNERS': text})).toEqual(['policy-unowned 1', 'workflows-unowned 1'])
})

test('whatever the text, it is looked at and nothing is thrown', () => {
  const lines = clean.split('\n')
  const odd = fc.constantFrom(
    ...lines,
    '      - uses: ./x',
    '    steps: *a',
    '  &a b: {',
    '- - -',
    '        with: [1]',
    '    permissions: [a]',
    'on: {push: }',
  )
  const line = fc.oneof(odd, fc.string({maxLength: 12}))
  let seen = 0
  fc.assert(
    fc.property(fc.array(line, {maxLength: 8}), fc.nat(lines.length), fc.nat(4), (extra, at, gone) => {
      const {findings, unknown} = examine([...lines.slice(0, at), ...extra, ...lines.slice(at + gone)].join('\n'))
      seen += findings.length + unknown.length
    }),
    {seed: 20260402, numRuns: 500},
  )
  expect(seen).toBeGreaterThan(100)
})

test('a few anchors that stand for millions of nodes end as a fault', () => {
  const lines = Array.from({length: 30}, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`)
  expect(foundIn(`a0: &a0 [x]\n${lines.join('\n')}\njobs: {}\n`)[0]).toMatch(/^workflow-invalid/)
})
