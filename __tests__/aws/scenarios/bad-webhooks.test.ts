/** The scenario of acceptance/bad-webhooks.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('bad-webhooks', () => import('../../acceptance/bad-webhooks.test.ts'))
