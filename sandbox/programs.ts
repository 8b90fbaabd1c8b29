/** Which file to start for one of the project's programs, and how. */
import {fileURLToPath} from 'node:url'

/**
 * A run of the tests builds its programs once (__tests__/run) and names the folder in this variable: Node starts such
 * a file with a third of the work that the source and its three hundred imports are. Without it, the source.
 */
export function programPath(source: 'issuer/server.ts' | 'issuer/cli/main.ts'): string {
  const built = process.env['COUNTERSIGN_BUILT_FOR_TESTS']
  return built === undefined
    ? fileURLToPath(new URL(`../${source}`, import.meta.url))
    : `${built}/${source.replace(/\.ts$/, '.js')}`
}

/** What Node compiled for one start it keeps for the next: a run of the tests starts the same few programs a thousand times. */
export function compileCache(): Readonly<Record<string, string>> {
  const built = process.env['COUNTERSIGN_BUILT_FOR_TESTS']
  return built === undefined ? {} : {NODE_COMPILE_CACHE: `${built}/compiled`}
}
