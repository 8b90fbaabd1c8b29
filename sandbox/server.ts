/** The sandbox as a program: starts it, prints one JSON line with its addresses, and runs until it is told to stop. */

import {parseArgs} from 'node:util'

import {startSandbox} from './start.ts'

const help = `A local GitHub: REST, signed webhooks, GraphQL for comments, and the OIDC provider of Actions.

  node sandbox/server.ts [--port 0] [--hook-url URL] [--hook-mode app|repository]

  --port       loopback port to listen on; 0, any free one, when absent
  --hook-url   where webhooks are delivered
  --hook-mode  app (with \`installation\`, where the App is installed) or repository
  --help       this text

Prints one line of JSON: {"url": …, "oidcIssuer": …, "control": …}. What can happen in it is asked for with
POST <control>/<action> and a JSON body; sandbox/actions.ts lists the actions. SIGTERM or SIGINT ends it.
`

const {values} = parseArgs({
  options: {
    port: {type: 'string', default: '0'},
    'hook-url': {type: 'string'},
    'hook-mode': {type: 'string', default: 'app'},
    help: {type: 'boolean', default: false},
  },
})

if (values.help) process.stdout.write(help)
else await serve()

async function serve(): Promise<void> {
  const port = Number(values.port)
  const mode = values['hook-mode']
  if (!(Number.isInteger(port) && port >= 0 && port < 65_536)) throw new Error('--port takes a number from 0 to 65535')
  if (mode !== 'app' && mode !== 'repository') throw new Error('--hook-mode takes app or repository')
  const sandbox = await startSandbox({port, control: true})
  if (values['hook-url'] !== undefined) sandbox.world.setHook({url: values['hook-url'], mode})
  const {url, oidcIssuer} = sandbox
  process.stdout.write(`${JSON.stringify({url, oidcIssuer, control: `${url}/_sandbox`})}\n`)
  const stop = (): void => void sandbox.close().then(() => process.exit(0))
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
}
