/** The page's elements, by the ids that the server's templates give them, and the buttons that copy their text. */

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

/** Hidden without scripts, since they would do nothing. */
export function offerCopies(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copies]')) {
    button.hidden = false
    button.addEventListener('click', () => void copy(button))
  }
}

async function copy(button: HTMLButtonElement): Promise<void> {
  const id = button.dataset['copies'] ?? ''
  try {
    await navigator.clipboard.writeText(textOf(id) ?? '')
    say('Copied.')
    show(button, 'Copied')
  } catch {
    // Not allowed, or not a secure origin: then the text is selected, and the visitor copies it.
    const element = document.getElementById(id)
    if (element !== null) getSelection()?.selectAllChildren(element)
    say('Selected. Copy it with the keyboard.')
    show(button, 'Selected')
  }
}

const shownMs = 1600

/** Only the first word changes: what is copied is named behind it, for whoever reads by ear. */
function show(button: HTMLButtonElement, words: string): void {
  const {firstChild} = button
  if (firstChild === null) return
  firstChild.nodeValue = words
  setTimeout(() => (firstChild.nodeValue = 'Copy'), shownMs)
}
