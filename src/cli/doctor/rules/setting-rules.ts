/** What is looked for in the settings of a repository, and in the App of its issuer. */
import type {Rule} from './rule.ts'

export const settingRules = {
  'branch-unprotected': {
    severity: 'high',
    title: 'The default branch is not protected',
    risk: 'Whoever may push changes the policy and the workflows, the gate included, without anybody looking.',
    fix: 'Add a ruleset for the default branch: a pull request with one approval, no force pushes, no bypass.',
  },
  'branch-force-push': {
    severity: 'high',
    title: 'The default branch may be force-pushed',
    risk: 'What was merged is replaced by something else, without a pull request.',
    fix: 'Add the rule "Block force pushes".',
  },
  'branch-bypass': {
    severity: 'medium',
    title: 'Somebody may go past the rules of the default branch',
    risk: 'One account, or one stolen token, changes the policy and the workflows alone.',
    fix: 'Empty the bypass list, or turn "Do not allow bypassing the above settings" on.',
  },
  'author-merges-alone': {
    severity: 'high',
    title: 'An author may merge alone',
    risk: 'One person changes the policy, or takes the gate out of a workflow, and merges it.',
    fix: 'Require a pull request with one approval at least, and dismiss approvals when new commits are pushed.',
  },
  'owners-not-asked': {
    severity: 'medium',
    title: 'Code owners need not approve',
    risk: 'CODEOWNERS only asks for a review: somebody else may give it, for the policy and the workflows too.',
    fix: 'Turn "Require review from Code Owners" on.',
  },
  'environment-missing': {
    severity: 'high',
    title: 'A job deploys to an environment that does not exist',
    risk: 'GitHub makes it with the first run, open to every branch and without any rule.',
    fix: 'Make the environment, restrict its branches, and put the credentials into it.',
  },
  'environment-open': {
    severity: 'high',
    title: 'Every branch may deploy to an environment',
    risk: 'A workflow on any branch, without the gate, gets the credentials of the environment.',
    fix: 'Under "Deployment branches and tags" choose "Protected branches only", or name the default branch.',
  },
  'environment-admin-bypass': {
    severity: 'medium',
    title: 'Administrators may go past the rules of an environment',
    risk: 'One administrator, or one stolen token of an administrator, deploys past them.',
    fix: 'Turn "Allow administrators to bypass configured protection rules" off.',
  },
  'secret-at-repository': {
    severity: 'high',
    title: 'Deployment credentials are secrets of the whole repository',
    risk: 'A workflow on any branch reads them, with no gate and no environment in its way.',
    fix: 'gh secret set NAME --env production   # then: gh secret delete NAME',
  },
  'token-approves': {
    severity: 'high',
    title: 'GITHUB_TOKEN may approve pull requests',
    risk: "A workflow on an author's own branch gives the approval that the branch rules ask for.",
    fix: 'Turn "Allow GitHub Actions to create and approve pull requests" off.',
  },
  'token-writes': {
    severity: 'low',
    title: 'GITHUB_TOKEN may write by default',
    risk: 'Each workflow that says no permissions may push to the repository.',
    fix: 'Choose "Read repository contents and packages permissions".',
  },
  'deploy-key-writable': {
    severity: 'medium',
    title: 'A deploy key may push',
    risk: 'Whoever holds the key pushes as nobody in particular: authors and pushers cannot be told.',
    fix: 'Replace it by a key that may read only.',
  },
  'several-apps': {
    severity: 'high',
    title: "Several Apps write check runs of the gate's name",
    risk: 'One of them is not your issuer: what it writes can make the gate read junk, and people believe it.',
    fix: 'Find out whose they are, and take the permission Checks (write) from all but the issuer.',
  },
  'app-permission-missing': {
    severity: 'high',
    title: "The issuer's App lacks a permission",
    risk: 'What the issuer cannot read it refuses, or takes for the worst; what it cannot write nobody sees.',
    fix: 'Give the App the permission, and accept it for the installation.',
  },
  'app-event-missing': {
    severity: 'high',
    title: "The issuer's App does not hear of an event",
    risk: 'A push, a comment or a closed pull request ends no authorization until the issuer looks by itself.',
    fix: 'Tick the event on the page "Permissions & events" of the App.',
  },
} as const satisfies Readonly<Record<string, Rule>>
