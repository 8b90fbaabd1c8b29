/** The scenario of acceptance/blocked.test.ts, through Lambda's doors. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('blocked', () => import('../../acceptance/blocked.test.ts'))
