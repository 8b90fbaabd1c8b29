/** A receipt verifies with openssl and a page of Python, as the format promises to everyone. */
import {expect, test} from '@jest/globals'
import {aReceipt, approvalBody} from '../protocol/builders.ts'
import {opensslVerdict, whyNoOpenssl} from './openssl.ts'

const reason = whyNoOpenssl()
const maybe = reason === undefined ? test : test.skip
const because = reason === undefined ? '' : ` (${reason})`

const {text} = aReceipt({
  approvals: [approvalBody({id: 1, login: 'hubot'}), approvalBody()],
  flags: ['escalated', 'once'],
})

maybe(`openssl verifies a receipt over bytes that python made canonical${because}`, () => {
  expect(opensslVerdict(text)).toBe('verified')
  expect(opensslVerdict(JSON.stringify(JSON.parse(text)))).toBe('verified')
})

maybe(`openssl refuses a receipt of which one byte was changed${because}`, () => {
  for (const [before, after] of [
    ['"production"', '"productioN"'],
    ['"repositoryId": 1296269', '"repositoryId": 1296268'],
    ['"ed25519:', '"ed25519:0'],
    ['"escalated"', '"escalatee"'],
  ] as const) {
    expect(text).toContain(before)
    const changed = text.replace(before, after)
    const whole = after === '"ed25519:0' ? changed.replace(/.(?="\s*}\s*$)/, '') : changed
    expect([after, opensslVerdict(whole)]).toEqual([after, 'refused'])
  }
})

maybe(`what is no receipt is unreadable to python${because}`, () => {
  for (const broken of ['', '{}', text.replace('"flags"', '"action"'), text.replace('octocat', 'octoc\u00e4t')]) {
    expect(opensslVerdict(broken)).toBe('unreadable')
  }
})
