/** Names every skipped test and the slowest files, ends with one plain count line, and skips nothing where CI is set. */
export default class PlainReporter {
  #error
  onRunComplete(_contexts, results) {
    const files = results.testResults
    const skipped = files.flatMap((file) =>
      file.testResults.filter((t) => t.status === 'pending').map((t) => t.fullName),
    )
    for (const name of skipped) process.stderr.write(`skipped: ${name}\n`)
    if (files.length > 10) process.stderr.write(`the slowest of ${files.length} files:\n${slowest(files).join('\n')}\n`)
    process.stderr.write(
      `${results.numPassedTests} passed, ${results.numFailedTests} failed, ${skipped.length} skipped\n`,
    )
    // Whatever befalls the end of the run: one that nobody waits for any more would end with 0.
    if (results.numFailedTests + results.numFailedTestSuites > 0) process.exitCode = 1
    if (process.env['CI'] === 'true' && skipped.length > 0) this.#error = new Error('CI skips nothing')
  }
  getLastError() {
    return this.#error
  }
}

const secondsOf = ({perfStats: {start, end}}) => (end - start) / 1000

const slowest = (files) =>
  files
    .toSorted((one, other) => secondsOf(other) - secondsOf(one))
    .slice(0, 10)
    .map((file) => `${secondsOf(file).toFixed(1).padStart(7)} s  ${file.testFilePath.replace(/^.*(?=__tests__)/, '')}`)
