/** The buttons that copy: hidden without scripts, since they would do nothing. */
import {say, textOf} from './elements.ts'

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
