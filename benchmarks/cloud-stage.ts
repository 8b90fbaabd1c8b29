/** The issuer on AWS as far as it runs here, with a repository of GitHub's beside it: for measurements of it. */
import {execFileSync} from 'node:child_process'
import {join} from 'node:path'
import {Cloud} from '../__tests__/aws/cloud.ts'
import {type Emulator, emulatorAbsent, startEmulator} from '../__tests__/aws/emulator.ts'
import {runtimeAbsent} from '../__tests__/aws/lambda-process.ts'
import {type Sandbox, startSandbox} from '../sandbox/start.ts'

/** Why nothing can be measured on this machine. */
export const absent = emulatorAbsent ?? runtimeAbsent
export const repository = 'octo-org/api-service'

export interface CloudStage {
  readonly emulator: Emulator
  readonly github: Sandbox
  readonly cloud: Cloud
  readonly webhookSecret: string
  readonly close: () => Promise<void>
}

/** Over a table whose ledger has begun. octocat may approve; hubot writes. */
export async function openCloud(): Promise<CloudStage> {
  execFileSync(process.execPath, [join(import.meta.dirname, '..', 'scripts', 'lambda.ts')])
  const emulator = await startEmulator()
  const github = await startSandbox()
  const {world} = github
  world.addOrganization({login: 'octo-org'})
  for (const login of ['octocat', 'hubot']) world.addUser({login})
  await world.addRepository({name: repository, private: false, files: {'README.md': '# api-service\n'}})
  world.setPermission({repository, login: 'octocat', role: 'maintain'})
  world.setPermission({repository, login: 'hubot', role: 'write'})
  const {webhookSecret, ...app} = await world.describeApp()
  world.installApp({account: 'octo-org'})
  const env = {COUNTERSIGN_OIDC_ISSUER: github.oidcIssuer}
  const cloud = await Cloud.start({emulator, githubUrl: github.url, webhookSecret, app, env})
  world.setHook({url: `${cloud.url}/github/webhook`, mode: 'app'})
  await cloud.schedule.call({begin: 'ledger'})
  const close = async (): Promise<void> => {
    await cloud.close()
    await github.close()
    await emulator.close()
  }
  return {emulator, github, cloud, webhookSecret, close}
}
