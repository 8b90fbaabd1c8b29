/** How far GitHub's lists were read: the port of what is remembered from one look to the next. */
export interface Look {
  /** When it was, by GitHub's clock; milliseconds. */
  readonly at: number
  /** When the newest of what it showed was made; absent where it showed nothing. Milliseconds. */
  readonly newest?: number | undefined
}

export interface Looks {
  last(list: string): Promise<Look | undefined>
  keep(list: string, look: Look): Promise<void>
}
