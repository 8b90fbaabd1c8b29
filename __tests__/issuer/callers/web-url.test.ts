/** Where people see what the API speaks of. */
import {expect, test} from '@jest/globals'
import {webUrlOf} from '../../../issuer/github/client.ts'

test.each([
  ['https://api.github.com', 'https://github.com'],
  ['https://api.octo-org.ghe.com', 'https://octo-org.ghe.com'],
  ['https://github.example/api/v3', 'https://github.example'],
  ['https://api.github.example/api/v3', 'https://api.github.example'],
  ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
])('%s is seen at %s', (api, web) => {
  expect(webUrlOf(api)).toBe(web)
})
