/** Where a badge is, and the texts that show it elsewhere. What holds a link's token shows a private repository's. */
export interface BadgeOf {
  readonly issuer: string
  readonly repository: string
  readonly environment: string
  readonly link?: string | undefined
}

/** The environment's `/` stands as %2F: it is one part of the path. */
export const badgeUrl = ({issuer, repository, environment, link}: BadgeOf, form: 'svg' | 'json'): string =>
  `${issuer}/badge/${repository}/${encodeURIComponent(environment)}.${form}${link === undefined ? '' : `?link=${link}`}`

export const badgePagePath = ({repository, environment, link}: Omit<BadgeOf, 'issuer'>): string =>
  `/badges?${queryOf({repository, environment, link})}`

/** What a badge leads to: the receipts of its repository. */
const targetOf = ({issuer, repository, link}: BadgeOf): string => `${issuer}/ledger?${queryOf({q: repository, link})}`

/** A `/` may stand in a query as it is, and is read more easily. */
const queryOf = (members: Readonly<Record<string, string | undefined>>): string =>
  Object.entries(members)
    .flatMap(([name, value]) =>
      value === undefined ? [] : [`${name}=${encodeURIComponent(value).replaceAll('%2F', '/')}`],
    )
    .join('&')

export const badgeMarkdown = (of: BadgeOf): string => `[![${of.environment}](${badgeUrl(of, 'svg')})](${targetOf(of)})`

export const badgeHtml = (of: BadgeOf): string =>
  `<a href="${targetOf(of).replaceAll('&', '&amp;')}"><img src="${badgeUrl(of, 'svg')}" alt="${of.environment}"></a>`

/** Drawn by shields.io, in its styles, from the same words. */
export const shieldsMarkdown = (of: BadgeOf): string => {
  const shield = `https://img.shields.io/endpoint?url=${encodeURIComponent(badgeUrl(of, 'json'))}`
  return `[![${of.environment}](${shield})](${targetOf(of)})`
}
