/** The receipt page's script: judges what stands on the page, again at each change of it. */
import {find, offerCopies, textOf} from './elements.ts'
import {type Line, type Lines, type Tone, conclude, judge} from './judge.ts'

function showVerdicts(): void {
  const lines = judge({
    receipt: textOf('receipt') ?? '',
    pin: textOf('pin') ?? '',
    revocation: textOf('revocation'),
    entry: textOf('entry'),
    inclusion: textOf('inclusion'),
    checkpoint: textOf('checkpoint'),
    ledgerKey: textOf('ledger-key'),
    now: Date.now(),
  })
  const shown = [...document.querySelectorAll<HTMLElement>('#checks [data-check]')].flatMap((element) => {
    const name = element.dataset['check'] ?? ''
    return name in lines ? [showLine(element, name as keyof Lines, lines)] : []
  })
  showConclusion(shown)
}

function showLine(element: HTMLElement, name: keyof Lines, lines: Lines): Line & {readonly name: string} {
  const {tone, title, detail} = lines[name]
  element.dataset['tone'] = tone
  const [strong, span] = [element.querySelector('strong'), element.querySelector('span')]
  if (strong !== null) strong.textContent = title
  if (span !== null) span.textContent = detail
  return {name, ...lines[name]}
}

function showConclusion(lines: readonly (Line & {readonly name: string})[]): void {
  const verdict = find('verdict', HTMLElement)
  if (verdict === undefined) return
  const {tone, title, word, state: found} = conclude(lines, verdict.dataset['demo'] === 'yes')
  verdict.dataset['tone'] = tone
  showState(tone, found)
  if (verdict.textContent !== title) verdict.textContent = title
  find('seal', HTMLElement)?.setAttribute('data-tone', tone)
  const words = document.getElementById('seal-words')
  if (words !== null) words.textContent = word
}

const state = find('state', HTMLElement)
const told = {tone: state?.dataset['tone'] ?? '', words: state?.textContent ?? ''}

/** The issuer's word, until what was found is worse: a saved page is read later, and its texts can be changed. */
function showState(tone: Tone, words: string | undefined): void {
  if (state === undefined) return
  const isWorse = tone === 'fails' ? told.tone !== 'fails' : told.tone === 'holds'
  const shown = isWorse && words !== undefined ? {tone, words} : told
  state.dataset['tone'] = shown.tone
  state.textContent = shown.words
}

/** Pasted text comes as an event a line: one judgement is enough for all of them. */
let awaited: ReturnType<typeof setTimeout> | undefined
const judgeSoon = (): void => {
  clearTimeout(awaited)
  awaited = setTimeout(showVerdicts)
}

for (const element of document.querySelectorAll<HTMLTextAreaElement | HTMLInputElement>('textarea, input')) {
  element.readOnly = false
  element.addEventListener('input', judgeSoon)
}
offerCopies()
showVerdicts()
