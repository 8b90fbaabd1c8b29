/** The scenario of acceptance/authorised.test.ts, through Lambda's doors. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('authorised', () => import('../../acceptance/authorised.test.ts'))
