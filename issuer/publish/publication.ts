/** What is sent to GitHub about one statement. Kept with the outcome, so that it can be sent again as it was. */
export interface Publication {
  readonly repository: {readonly id: number; readonly name: string}
  readonly installation?: number | undefined
  readonly pullRequest: number
  readonly commentId: number
  readonly reaction?: '+1' | '-1' | 'confused' | 'eyes' | 'rocket' | undefined
  /** Markdown without the marker that makes it once; its first line never begins with `/`. */
  readonly reply?: string | undefined
  readonly checkRun?: CheckRun | undefined
}

export interface CheckRun {
  /** `countersign / <environment>` */
  readonly name: string
  readonly headSha: string
  readonly externalId: string
  readonly detailsUrl: string
  readonly title: string
  readonly summary: string
  /** Carries the receipt's JSON in one fenced block. */
  readonly text: string
}

/**
 * Sends a publication. May be called again for the same one (`key`): looks for what is already there and adds only
 * what is missing. Throws GitHubUnavailable when it should be tried again.
 */
export interface Publisher {
  publish(publication: Publication, key: string): Promise<void>
}
