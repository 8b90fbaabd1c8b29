/** The page's elements, by the ids that the server's templates give them. What is not on a page is undefined. */

export function find<T extends HTMLElement>(id: string, kind: new () => T): T | undefined {
  const element = document.getElementById(id)
  return element instanceof kind ? element : undefined
}

/** The text of a field, or of an element that shows it. */
export function textOf(id: string): string | undefined {
  const element = document.getElementById(id)
  if (element instanceof HTMLTextAreaElement || element instanceof HTMLInputElement) return element.value
  return element?.textContent ?? undefined
}

/** Says something to whoever reads the page by ear. */
export function say(words: string): void {
  const said = document.getElementById('said')
  if (said !== null) said.textContent = words
}
