/** The scenario of acceptance/bad-webhooks.test.ts, through Lambda's doors. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('bad-webhooks', () => import('../../acceptance/bad-webhooks.test.ts'))
