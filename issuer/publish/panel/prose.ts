/** Sentences of a panel. */
import {escapeText} from '../markdown.ts'

export const paragraphs = (...parts: readonly string[]): string => parts.join('\n\n')

/** A comment holds 65,536 characters, and paths are as long as whoever pushes likes. */
const longest = 240

/** A sentence with foreign text in it, escaped and not too long. */
export const clip = (text: string): string => escapeText(text.length > longest ? `${text.slice(0, longest)}…` : text)
