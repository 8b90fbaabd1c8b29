/** The issuer on AWS as far as it runs here, with a repository of GitHub's beside it: for tests and for measurements. */
import {type Sandbox, startSandbox} from '../../sandbox/start.ts'
import {Cloud} from './cloud.ts'
import {type Emulator, emulatorAbsent, startEmulator} from './emulator.ts'
import {buildLambda, runtimeAbsent} from './lambda-process.ts'

/** Why it cannot run on this machine. */
export const absent = emulatorAbsent ?? runtimeAbsent
export const repository = 'octo-org/api-service'

export interface CloudStage {
  readonly emulator: Emulator
  readonly github: Sandbox
  readonly cloud: Cloud
  readonly webhookSecret: string
  readonly close: () => Promise<void>
}

/** Over an empty table. octocat may approve; hubot writes. `env`: more variables of all functions. */
export async function openCloud(env: Readonly<Record<string, string>> = {}): Promise<CloudStage> {
  await buildLambda()
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
  const variables = {COUNTERSIGN_OIDC_ISSUER: github.oidcIssuer, ...env}
  const cloud = await Cloud.start({emulator, githubUrl: github.url, webhookSecret, app, env: variables})
  world.setHook({url: `${cloud.url}/github/webhook`, mode: 'app'})
  const close = async (): Promise<void> => {
    await cloud.close()
    await github.close()
    await emulator.close()
  }
  return {emulator, github, cloud, webhookSecret, close}
}
