/** The real runner: workflow commands on standard output, outputs and summary by file. */
import {appendFileSync, existsSync} from 'node:fs'
import {error, getInput, getState, info, saveState, setOutput, setSecret, warning} from '@actions/core'
import {parseOrigin} from '#protocol'
import type {Notebook} from './issuer/execution-report.ts'
import {type InputName, jobStatusInput} from './inputs.ts'
import type {Runner} from './report.ts'

/** Not trimmed: an environment "production " is another name, and refused. Everything else may come from a block of YAML. */
export const readInput = (name: InputName): string => getInput(name, {trimWhitespace: name !== 'environment'})

/** How the job stands, as the runner fills it in for each step anew. */
export const readJobStatus = (): string => getInput(jobStatusInput)

/** From here on the runner shows *** for it, whoever prints it. */
export const hideSecret = (secret: string): void => setSecret(secret)

export function maskToken(): void {
  const token = readInput('github-token')
  if (token !== '') hideSecret(token)
}

export function openRunner(env: NodeJS.ProcessEnv): Runner {
  return {
    say: (kind, text, title) => {
      switch (kind) {
        case 'error': {
          error(text, {title})
          return
        }
        case 'warning': {
          warning(text, {title})
          return
        }
        case 'info': {
          info(text)
          return
        }
        default:
          return kind satisfies never
      }
    },
    record: (name, value) => {
      // Without the file the toolkit prints a command that runners no longer obey.
      requireFile(env, 'GITHUB_OUTPUT')
      setOutput(name, value)
    },
    summarize: (markdown) => appendFileSync(requireFile(env, 'GITHUB_STEP_SUMMARY'), markdown),
    web: parseOrigin(env['GITHUB_SERVER_URL']),
  }
}

/** What the main step tells the post step. */
export const openNotebook = (): Notebook => ({
  keep: saveState,
  kept: getState,
  warn: (text) => warning(text, {title: 'Countersign'}),
})

function requireFile(env: NodeJS.ProcessEnv, variable: string): string {
  const path = env[variable] ?? ''
  if (path === '' || !existsSync(path))
    throw new Error(`${variable} does not name a file, so the runner would not see what is written`)
  return path
}
