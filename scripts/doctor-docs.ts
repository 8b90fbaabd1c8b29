/** Makes docs/doctor.md from the table of what the doctor looks for, or with --check says whether it is current. */
import {readFileSync, writeFileSync} from 'node:fs'
import {join} from 'node:path'
import {format, resolveConfig} from 'prettier'
import type {Rule} from '../src/cli/doctor/rules.ts'
import {settingRules} from '../src/cli/doctor/rules/setting-rules.ts'
import {workflowRules} from '../src/cli/doctor/rules/workflow-rules.ts'

const path = join(import.meta.dirname, '..', 'docs', 'doctor.md')
const usage = `node scripts/doctor-docs.ts            make docs/doctor.md
node scripts/doctor-docs.ts --check    exit 1 when it is not what the table says
node scripts/doctor-docs.ts --help     this text
`

async function main(arguments_: readonly string[]): Promise<number> {
  const [option = '', ...more] = arguments_
  if (more.length > 0 || !['', '--check', '--help'].includes(option)) {
    process.stderr.write(`unknown: ${arguments_.join(' ')}\n\n${usage}`)
    return 2
  }
  if (option === '--help') {
    process.stdout.write(usage)
    return 0
  }
  const text = await format(renderPage(), {...(await resolveConfig(path)), filepath: path})
  if (option === '') writeFileSync(path, text)
  else if (text !== readFileSync(path, 'utf8')) {
    process.stderr.write('docs/doctor.md: not what the table says. Run: node scripts/doctor-docs.ts\n')
    return 1
  }
  return 0
}

const renderPage = (): string => `# The doctor

<!-- Made by scripts/doctor-docs.ts from src/cli/doctor/rules/: change those, and run npm run build. -->

The gate is as good as the workflow around it. \`countersign doctor\` reads a repository's workflows, policy, CODEOWNERS and
settings, and says what weakens the gate, what could happen, and how to mend it. It changes nothing.

\`\`\`
countersign doctor octo-org/api-service          the default branch and the settings, asked of GitHub
countersign doctor octo-org/api-service --ref v2 the files of another branch, tag or commit
countersign doctor --local .                     the files of a checkout; nobody is asked
\`\`\`

The token comes from \`GITHUB_TOKEN\` or \`GH_TOKEN\`, the address of another server from \`GITHUB_API_URL\`
(\`https://github.example/api/v3\`). It must read the repository's contents, pull requests, checks, actions, environments, names of
secrets, and administration (read); with a classic token, it must be that of somebody who administers the repository. **What it may
not read is said, and never taken for good.**

\`--json\` prints one object, \`--sarif\` SARIF 2.1.0 for code scanning. Exit codes: 0 nothing of the severity that
\`--fail-on\` names (\`high\` by default) or above, 1 something, 2 the command line is wrong or something could not be looked
at: a file of more than 1 MiB, a setting that the token may not read, a rate limit in the middle of it. What was found until
then is printed all the same.

Three things it cannot know. Expressions are judged as text: what depends on a run is printed as "not judged" and changes no
exit code. Which step deploys is a guess by known Actions, by the words of a command and by the secrets that it reads. And
reusable workflows and Actions of other repositories are named, not read; those of the repository itself are followed.

## The job as it should be

\`\`\`yaml
${goodWorkflow}\`\`\`

## In the files

${Object.entries(workflowRules).map(renderRule).join('\n')}
## In the settings

${Object.entries(settingRules).map(renderRule).join('\n')}`

/** That of the README, which the tests hold against the doctor. */
const goodWorkflow =
  /```yaml\n(name: deploy[\s\S]*?)```/.exec(readFileSync(join(import.meta.dirname, '..', 'README.md'), 'utf8'))?.[1] ??
  ''

const renderRule = ([id, {severity, title, risk, fix}]: readonly [string, Rule]): string => `### \`${id}\`

${title} (**${severity}**). ${risk}

\`\`\`
${fix}
\`\`\`
`

process.exitCode = await main(process.argv.slice(2))
