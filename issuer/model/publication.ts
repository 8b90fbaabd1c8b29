/** What is sent to GitHub about one statement or event. Kept with the outcome, so that it can be sent again as it was. */
export interface Publication {
  readonly repository: {readonly id: number; readonly name: string}
  readonly installation?: number | undefined
  readonly pullRequest: number
  /** The comment that it answers; absent where none was said. */
  readonly commentId?: number | undefined
  readonly reaction?: '+1' | '-1' | 'confused' | 'eyes' | 'rocket' | undefined
  /** Markdown without the marker that makes it once; its first line never begins with `/`. */
  readonly reply?: string | undefined
  /** In the order in which they are sent. */
  readonly checkRuns?: readonly CheckRun[] | undefined
  /** Other pull requests whose panels say something else now. */
  readonly panels?: readonly number[] | undefined
}

export interface CheckRun {
  /** `countersign / <environment>` */
  readonly name: string
  readonly headSha: string
  /** What makes it one: our own check run of this id is written once, and rewritten where `conclusion` differs. */
  readonly externalId: string
  readonly conclusion: 'success' | 'failure'
  readonly detailsUrl: string
  readonly title: string
  readonly summary: string
  /** Carries the JSON of a receipt or of its revocation in one fenced block. */
  readonly text: string
}

/**
 * Sends a publication. May be called again for the same one (`key`): looks for what is already there and adds only
 * what is missing. Throws GitHubUnavailable when it should be tried again.
 */
export interface Publisher {
  publish(publication: Publication, key: string): Promise<void>
}
