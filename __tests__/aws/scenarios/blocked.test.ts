/** The scenario of acceptance/blocked.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('blocked', () => import('../../acceptance/blocked.test.ts'))
