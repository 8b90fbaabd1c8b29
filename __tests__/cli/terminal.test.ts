/** Colours and progress stand only where a person looks. */
import {expect, test} from '@jest/globals'
import {openTerminal, printJson} from '../../src/cli/terminal.ts'

function aTerminal(isTTY: boolean, env: Readonly<Record<string, string>> = {}) {
  const written = {stdout: '', stderr: ''}
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY,
    write: (text: string) => {
      written[name] += text
    },
  })
  return {written, terminal: openTerminal({stdout: stream('stdout'), stderr: stream('stderr'), env})}
}

test('a terminal shows colours', () => {
  const {terminal, written} = aTerminal(true)
  terminal.print('fine', 'good')
  terminal.complain('wrong', 'bad')
  expect(written).toEqual({stdout: '\u001b[32mfine\u001b[0m\n', stderr: '\u001b[31mwrong\u001b[0m\n'})
})

test.each([
  ['a file or pipe', false, {}],
  ['NO_COLOR', true, {NO_COLOR: '1'}],
  ['a dumb terminal', true, {TERM: 'dumb'}],
])('%s gets none', (_, isTTY, env) => {
  const {terminal, written} = aTerminal(isTTY, env)
  terminal.print('fine', 'good')
  expect(written.stdout).toBe('fine\n')
})

test('progress is one line that the next one replaces, on standard error of a terminal alone', () => {
  const {terminal, written} = aTerminal(true)
  terminal.showProgress('1 MB')
  terminal.showProgress('')
  expect(written).toEqual({stdout: '', stderr: '\r\u001b[K1 MB\r\u001b[K'})
  const pipe = aTerminal(false)
  pipe.terminal.showProgress('1 MB')
  expect(pipe.written).toEqual({stdout: '', stderr: ''})
})

test('foreign controls and directions are blanks, lines of ours stay lines', () => {
  const {terminal, written} = aTerminal(false)
  terminal.print('a\u001b[2Jb\u202ec\u0085d\ne')
  expect(written.stdout).toBe('a [2Jb c d\ne\n')
})

test('JSON is printed in ASCII, and is the same value', () => {
  const value = {a: 'caf\u00e9 \u{1f680} \u0085\u202e"\\'}
  expect(printJson(value)).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(printJson(value))).toEqual(value)
})
