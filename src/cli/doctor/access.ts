/** Whom the doctor asks, and as whom: from the variables that GitHub's own command and its runners have. */
import type {Result} from '#protocol'
import type {Access} from './github/reader.ts'

type Env = Readonly<Record<string, string | undefined>>

/** A token is no option: other users see a process's options. */
export function readAccess(env: Env): Result<Access, string> {
  const token = [env['GITHUB_TOKEN'], env['GH_TOKEN']].find((one) => one !== undefined && one !== '')
  if (token === undefined)
    return {ok: false, fault: 'Set GITHUB_TOKEN or GH_TOKEN to a token that may read the repository.'}
  if (!/^[\x21-\x7e]+$/.test(token)) return {ok: false, fault: 'The token in GITHUB_TOKEN or GH_TOKEN is not one line.'}
  const given = env['GITHUB_API_URL']
  const api = parseApi(given === undefined || given === '' ? 'https://api.github.com' : given)
  return api === undefined
    ? {ok: false, fault: 'GITHUB_API_URL: give an address such as https://github.example/api/v3.'}
    : {ok: true, value: {api, token}}
}

/** Over plain http only on this machine: a token goes with it. */
function parseApi(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined
  const {protocol, hostname, username, search, hash, href} = new URL(text)
  const isLocal = hostname === 'localhost' || hostname === '127.0.0.1' || hostname === '[::1]'
  if (protocol !== 'https:' && !(protocol === 'http:' && isLocal)) return undefined
  return username === '' && search === '' && hash === '' ? href.replace(/\/+$/, '') : undefined
}
