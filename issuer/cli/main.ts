#!/usr/bin/env node
/** `countersign-issuer`: wiring only. */
import {readFileSync} from 'node:fs'
import {runCli} from './run.ts'

const {code, lines} = runCli(process.argv.slice(2), {readFile: (path) => readFileSync(path, 'utf8')})
// Facts hold what strangers wrote, and a terminal obeys control characters.
const printable = lines.map((line) => line.replace(/[\p{Cc}\p{Cf}]/gu, '?')).join('\n')
;(code === 0 ? process.stdout : process.stderr).write(`${printable}\n`)
process.exitCode = code
