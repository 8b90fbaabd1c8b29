/** What a step tells its runner: lines on its output, and files of names and values. */

export interface Annotation {
  readonly level: 'error' | 'warning' | 'notice'
  readonly message: string
  readonly properties: Readonly<Record<string, string>>
}

export interface Spoken {
  readonly annotations: readonly Annotation[]
  /** Values that the step asked to be masked. */
  readonly masks: readonly string[]
}

const commandLine = /^::([\w-]+)(?: ([^:]*(?:(?!::):[^:]*)*))?::(.*)$/

export function parseCommands(stdout: string): Spoken {
  const annotations: Annotation[] = []
  const masks: string[] = []
  let stopped: string | undefined
  for (const line of stdout.split(/\r?\n/)) {
    const [, name = '', properties = '', data = ''] = commandLine.exec(line) ?? []
    if (stopped !== undefined) {
      if (name === stopped) stopped = undefined
    } else if (name === 'stop-commands') stopped = data
    else if (name === 'add-mask') masks.push(unescape(data))
    else if (name === 'error' || name === 'warning' || name === 'notice')
      annotations.push({level: name, message: unescape(data), properties: parseProperties(properties)})
  }
  return {annotations, masks}
}

const unescape = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')

function parseProperties(text: string): Readonly<Record<string, string>> {
  const pairs = text.split(',').filter((pair) => pair.includes('='))
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name = '', ...rest] = pair.split('=')
      return [name.trim(), unescape(rest.join('=').replaceAll('%3A', ':').replaceAll('%2C', ','))]
    }),
  )
}

/** `name=value` lines, and blocks `name<<DELIMITER … DELIMITER` for values of many lines. */
export function parseFileCommands(text: string): Readonly<Record<string, string>> {
  const values: Record<string, string> = {}
  const lines = text.split(/\r?\n/)
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? ''
    if (line === '') continue
    const [, name, delimiter] = /^([^=]+?)<<(.+)$/.exec(line) ?? []
    if (name === undefined || delimiter === undefined) {
      const [key = '', ...rest] = line.split('=')
      if (rest.length === 0) throw new Error(`Invalid format '${line}'`)
      values[key] = rest.join('=')
    } else {
      const end = lines.indexOf(delimiter, at + 1)
      if (end < 0) throw new Error(`Invalid value. Matching delimiter not found '${delimiter}'`)
      values[name] = lines.slice(at + 1, end).join('\n')
      at = end
    }
  }
  return values
}
