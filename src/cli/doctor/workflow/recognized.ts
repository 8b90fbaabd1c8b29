/** Actions and commands that are known by name: those that deploy or take credentials, and those that harm nothing. */

/** Without the part behind the @, in lower case; a `*` stands for the rest. */
const deployActions = [
  'actions/deploy-pages',
  'actions-hub/kubectl',
  'akhileshns/heroku-deploy',
  'amondnet/vercel-action',
  'appleboy/scp-action',
  'appleboy/ssh-action',
  'aws-actions/amazon-ecs-deploy-task-definition',
  'aws-actions/aws-cloudformation-github-deploy',
  'aws-actions/aws-codebuild-run-build',
  'aws-actions/aws-lambda-deploy',
  'azure/aci-deploy',
  'azure/arm-deploy',
  'azure/bicep-deploy',
  'azure/container-apps-deploy-action',
  'azure/functions-action',
  'azure/k8s-deploy',
  'azure/static-web-apps-deploy',
  'azure/webapps-deploy',
  'burnett01/rsync-deployments',
  'cloudflare/pages-action',
  'cloudflare/wrangler-action',
  'digitalocean/app_action',
  'easingthemes/ssh-deploy',
  'einaregilsson/beanstalk-deploy',
  'firebaseextended/action-hosting-deploy',
  'google-github-actions/deploy-*',
  'hashicorp/tfc-workflows-github/*',
  'jamesives/github-pages-deploy-action',
  'nwtgck/actions-netlify',
  'peaceiris/actions-gh-pages',
  'pulumi/actions',
  'pypa/gh-action-pypi-publish',
  'samkirkland/ftp-deploy-action',
  'serverless/github-action',
  'superfly/flyctl-actions/*',
]

const credentialActions = [
  '1password/load-secrets-action',
  'aws-actions/amazon-ecr-login',
  'aws-actions/configure-aws-credentials',
  'azure/aks-set-context',
  'azure/k8s-set-context',
  'azure/login',
  'docker/login-action',
  'google-github-actions/auth',
  'google-github-actions/get-gke-credentials',
  'hashicorp/vault-action',
]

/** They may run after a refusal. */
const harmlessActions = [
  'actions/cache/save',
  'actions/upload-artifact',
  'codecov/codecov-action',
  'slackapi/slack-github-action',
]

const isIn = (names: readonly string[], action: string): boolean =>
  names.some((name) => (name.endsWith('*') ? action.startsWith(name.slice(0, -1)) : action === name))

/** `Octo-Org/Deploy@v1` as `octo-org/deploy`. */
export const actionName = (uses: string): string => (uses.split('@', 1)[0] ?? '').toLowerCase()

export const isDeployAction = (uses: string): boolean => isIn(deployActions, actionName(uses))
export const isCredentialAction = (uses: string): boolean => isIn(credentialActions, actionName(uses))
export const isHarmlessAction = (uses: string): boolean => isIn(harmlessActions, actionName(uses))
export const isCheckout = (uses: string): boolean => actionName(uses) === 'actions/checkout'

const deployCommand =
  /(?:^|[\s/;&|(])(?:deploy[\w.-]{0,80}|[\w./-]{0,80}\bdeploy\.\w{1,20}|kubectl|helm|terraform apply|tofu apply|pulumi up|aws|gcloud|az|ansible-playbook|docker push|npm publish|pnpm publish|yarn publish|cdk deploy|sam deploy|serverless deploy|flyctl|fly deploy|vercel|netlify|wrangler|firebase|rsync|scp|ssh|cap \w{1,40}|kamal)(?=$|[\s;&|)])/im

/** A guess by its words. Bounds stand in each pattern here: a file may be made to be slow to look at. */
export const isDeployCommand = (run: string): boolean => deployCommand.test(run)

const harmlessLine = /^\s*(?:#.*|echo\b[^;&|`$]*(?:\$\{?GITHUB_STEP_SUMMARY\}?["']?)?|printf\b[^;&|`$]*|exit \d+|)\s*$/

/** Nothing but words for the log or the summary. */
export const isHarmlessCommand = (run: string): boolean => run.split('\n').every((line) => harmlessLine.test(line))

/** The Action by its name or, under any name, by the one input that no other Action has. */
export const isGateAction = (uses: string, inputs: readonly string[]): boolean =>
  /(?:^|\/)countersign$/.test(actionName(uses)) || (inputs.includes('public-key') && inputs.includes('environment'))

export const isGateCommand = (run: string): boolean => /\bcountersign(?:@\S{1,80})?["']?\s{1,80}gate\s/.test(run)

const fullSha = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/

/** A local one is of the commit itself; an image needs its digest. */
export function isPinned(uses: string): boolean {
  if (uses.startsWith('./')) return true
  if (uses.startsWith('docker://')) return /@sha256:[0-9a-f]{64}$/.test(uses)
  return fullSha.test(uses.slice(uses.lastIndexOf('@') + 1)) && uses.includes('@')
}
