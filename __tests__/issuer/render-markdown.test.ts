/** Foreign text in our Markdown: it is shown, and does nothing. */
import {describe, expect, test} from '@jest/globals'
import fc from 'fast-check'
import {codeSpan, escapeText, fencedBlock} from '../../issuer/publish/markdown.ts'

describe('foreign text', () => {
  test.each([
    ['@octocat and @octo-org/team', '@\u200boctocat and @\u200bocto-org/team'],
    ['<script>alert(1)</script>', '&lt;script&gt;alert(1)&lt;/script&gt;'],
    ['<!-- hidden', '&lt;!-- hidden'],
    ['[link](https://evil.example)', '\\[link\\](https:\u200b//evil.example)'],
    ['![x](y)', '!\\[x\\](y)'],
    ['www.evil.example', 'www\u200b.evil.example'],
    ['see #12 and GH-12', 'see #\u200b12 and GH\u200b-12'],
    ['`code`', '\\`code\\`'],
    ['a\n\n# b', 'a #\u200b b'],
    ['# b', '#\u200b b'],
    ['- b', '\\- b'],
    ['1. b', '1\\. b'],
    ['--- ', '\\---'],
    ['a &lt; b', 'a &amp;lt; b'],
    ['back\\slash', 'back\\\\slash'],
    ['$x$', '\\$x\\$'],
    ['right\u202eleft\u200b', 'rightleft'],
    ['line\u2028end', 'line end'],
  ])('%j is escaped', (text, escaped) => {
    expect(escapeText(text)).toBe(escaped)
  })

  test('as code stays in its span', () => {
    expect(codeSpan('main')).toBe('`main`')
    expect(codeSpan('a`b')).toBe('``a`b``')
    expect(codeSpan('`a')).toBe('`` `a ``')
    expect(codeSpan('a\n\nb')).toBe('`a b`')
    expect(codeSpan('')).toBe('` `')
  })

  test('as a block stays in its fence', () => {
    expect(fencedBlock('x', 'json')).toBe('```json\nx\n```')
    expect(fencedBlock('a\n````\nb')).toBe('`````\na\n````\nb\n`````')
  })

  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom('@', '#', '<', '>', '&', '[', ']', '(', ')', '!', '`', '``', '*', '_', '~', '|', '\\', '\n', '\r', '\t', ':', '//', 'http', 'www', '.', '-', '+', '1', 'GH-1', '\u200b', '\u202e', '\u2028', '\ud800', '<b>', '@octocat'),
        fc.string({unit: 'grapheme', maxLength: 5}),
      ),
      {maxLength: 30},
    )
    .map((parts) => parts.join('')) // prettier-ignore

  test('escaped has no mention, reference, link, HTML or line end, whatever it was', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const escaped = escapeText(text)
        expect(escaped).not.toMatch(/[@#](?!\u200b)|[<>\r\n\u2028\u2029]|:\/\/|www\.|&(?!(?:amp|lt|gt);)/i)
        // Each active character has a backslash of its own.
        expect(escaped.replace(/\\[\\`*_~[\]|$.)+=-]/g, '')).not.toMatch(/[\\`*_~[\]|$]/)
        expect(escaped).toBe(escaped.toWellFormed())
      }),
      {numRuns: 2000},
    )
  })

  test('as code never closes its span', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const span = codeSpan(text)
        const fence = /^`+/.exec(span)?.[0] ?? ''
        const inside = span.slice(fence.length, -fence.length)
        expect(span.endsWith(fence)).toBe(true)
        expect((inside.match(/`+/g) ?? []).every((run) => run.length < fence.length)).toBe(true)
        expect(inside).not.toMatch(/[\r\n]|^`|`$/)
      }),
      {numRuns: 2000},
    )
  })
})
