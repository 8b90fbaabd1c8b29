/** What is looked for in the files of a repository: its workflows, its policy, CODEOWNERS. */
import type {Rule} from './rule.ts'

export const workflowRules = {
  'gate-missing': {
    severity: 'high',
    title: 'A job deploys without the gate',
    risk: 'Whatever is pushed or dispatched goes out without anybody having authorized it.',
    fix: 'Put the gate into this job, before everything that needs credentials: docs/doctor.md has the step to copy.',
  },
  'gate-in-other-job': {
    severity: 'high',
    title: 'The gate is in another job than the deployment',
    risk: '"Re-run failed jobs" runs the deploying job again without the gate, for as long as the run is kept.',
    fix: 'Move the gate into the job that has the credentials, and give that job all of its steps.',
  },
  'gate-unpinned': {
    severity: 'high',
    title: 'The gate itself is not pinned by a full SHA',
    risk: 'Whoever can move the tag or branch of the Action decides what the gate is.',
    fix: 'Write the full commit SHA of the release behind the @, and its version as a comment.',
  },
  'gate-input-variable': {
    severity: 'high',
    title: 'What the gate is held to comes from outside the workflow file',
    risk: 'Variables, secrets and dispatch inputs are changed without a review: with them, the pinned key or a limit.',
    fix: 'Write the value as a literal in the workflow file.',
  },
  'gate-ignored': {
    severity: 'high',
    title: 'The job goes on after a refusal',
    risk: 'The gate refuses, and the steps after it deploy all the same.',
    fix: 'Take continue-on-error (or what stands behind the command in its line) away.',
  },
  'gate-conditional': {
    severity: 'high',
    title: 'The gate may be skipped, and the deployment does not notice',
    risk: 'Where the condition of the gate is false, the steps after it run without an authorization.',
    fix: "Take the if: away from the gate, or give the deploying steps if: steps.gate.outputs.authorized == 'true'.",
  },
  'checkout-ignored': {
    severity: 'high',
    title: 'The gate does not look at what is checked out',
    risk: 'The receipt is for one commit, and the files that are deployed may be those of another.',
    fix: 'Take the input checkout: ignore away.',
  },
  'checkout-elsewhere': {
    severity: 'high',
    title: 'What is checked out is not what the gate looks at',
    risk: 'The gate compares one folder, and the deployment takes another, which may hold any commit.',
    fix: 'Give actions/checkout and the gate the same path, and check out nothing else but the authorized commit.',
  },
  'code-before-gate': {
    severity: 'high',
    title: 'Something of the repository runs before the gate',
    risk: 'A script of the commit that is to be judged may change the files, the PATH or the gate itself.',
    fix: 'Move the step behind the gate. Only actions/checkout and pinned Actions belong before it.',
  },
  'runs-after-refusal': {
    severity: 'high',
    title: 'A step behind the gate runs although it refused',
    risk: 'always(), failure() and !cancelled() take the gate out of the way of this step.',
    fix: "Add the gate's word to the condition: && steps.gate.outputs.authorized == 'true'",
  },
  'deploy-unconditioned': {
    severity: 'medium',
    title: "A deploying step does not ask for the gate's word",
    risk: 'It is stopped only by the job having failed: one continue-on-error or skipped gate later, it is not.',
    fix: "if: steps.gate.outputs.authorized == 'true'",
  },
  'action-unpinned': {
    severity: 'medium',
    title: 'An Action of a deploying job is not pinned by a full SHA',
    risk: 'Whoever can move its tag or branch runs beside your deployment credentials.',
    fix: 'Write the full commit SHA behind the @, and its version as a comment.',
  },
  'refuse-flags-empty': {
    severity: 'medium',
    title: 'The gate refuses no flag',
    risk: 'Receipts that authors gave to their own changes, and those of emergencies, pass as all others.',
    fix: 'Take the input refuse-flags away: by default it is "self emergency".',
  },
  'issuer-url-missing': {
    severity: 'medium',
    title: 'The policy asks for what only the issuer can say',
    risk: 'Receipts that are to be used once, or asked about afresh, are refused: no deployment gets through.',
    fix: 'issuer-url: https://countersign.example.com   # and for single-use also redeem: true and id-token: write',
  },
  'environment-differs': {
    severity: 'medium',
    title: 'The job is in another environment than the one that the gate is told',
    risk: "The protection of one environment and the authorization of another stand for each other's.",
    fix: "Write the same name under the job's environment: and the gate's.",
  },
  'job-without-environment': {
    severity: 'medium',
    title: 'A job with the gate is in no environment',
    risk: 'Its credentials are those of the whole repository: a workflow on any branch may use them without the gate.',
    fix: 'environment: production   # beside runs-on; then move the credentials to that environment',
  },
  'pull-request-target': {
    severity: 'high',
    title: 'Runs of pull_request_target come near credentials or a foreign checkout',
    risk: 'Anybody who opens a pull request has code run with the secrets and the token of the repository.',
    fix: 'Use pull_request, which has neither; deploy on push or workflow_dispatch.',
  },
  'permissions-missing': {
    severity: 'medium',
    title: 'A deploying job does not say what its token may do',
    risk: "It may do what the repository's setting says, today or after somebody has changed that.",
    fix: 'permissions:\n  contents: read # the checkout\n  checks: read # the receipt',
  },
  'permissions-wide': {
    severity: 'medium',
    title: 'The token of a deploying job may write more than a deployment needs',
    risk: 'Each Action and script of the job may push, merge or change what others are to check.',
    fix: 'permissions:\n  contents: read # the checkout\n  checks: read # the receipt',
  },
  'workflow-invalid': {
    severity: 'medium',
    title: 'A workflow file cannot be read',
    risk: 'GitHub runs nothing of it, and nobody notices that a deployment or a check is gone.',
    fix: 'Mend the YAML at this place.',
  },
  'policy-invalid': {
    severity: 'high',
    title: 'The policy file is not valid',
    risk: 'The issuer refuses everything until it is mended.',
    fix: 'Mend the file at this place; countersign-issuer policy check FILE says the same.',
  },
  'policy-unowned': {
    severity: 'medium',
    title: 'Nobody owns the policy file',
    risk: 'Who may authorize is changed with the review of anybody who may review anything.',
    fix: '/.github/countersign.yml @octo-org/security',
  },
  'workflows-unowned': {
    severity: 'medium',
    title: 'Nobody owns the workflows',
    risk: 'The gate is taken out of a workflow with the review of anybody who may review anything.',
    fix: '/.github/ @octo-org/security',
  },
} as const satisfies Readonly<Record<string, Rule>>
