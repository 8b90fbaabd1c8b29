/** Names every skipped test, ends with one plain count line, and lets nothing be skipped where CI is set. */
export default class PlainReporter {
  #error
  onRunComplete(_contexts, results) {
    const skipped = results.testResults.flatMap((file) =>
      file.testResults.filter((t) => t.status === 'pending').map((t) => t.fullName),
    )
    for (const name of skipped) process.stderr.write(`skipped: ${name}\n`)
    process.stderr.write(
      `${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped.length} skipped\n`,
    )
    if (process.env['CI'] === 'true' && skipped.length > 0) this.#error = new Error('CI skips nothing')
  }
  getLastError() {
    return this.#error
  }
}
