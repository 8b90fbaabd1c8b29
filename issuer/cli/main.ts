#!/usr/bin/env node
/** `countersign-issuer`: wiring only. */
import {readFileSync} from 'node:fs'
import {runCommand} from './run.ts'

const {
  code,
  lines,
  notes = [],
} = await runCommand(process.argv.slice(2), {
  readFile: (path) => readFileSync(path, 'utf8'),
  env: process.env,
  now: Date.now,
  tell: (words) => process.stderr.write(words),
})
// Facts hold what strangers wrote, and a terminal obeys control characters.
const printable = (text: readonly string[]): string =>
  text.map((line) => `${line.replace(/[\p{Cc}\p{Cf}]/gu, '?')}\n`).join('')
;(code === 0 ? process.stdout : process.stderr).write(printable(lines))
process.stderr.write(printable(notes))
process.exitCode = code
