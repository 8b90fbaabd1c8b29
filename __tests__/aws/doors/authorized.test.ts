/** The scenario of acceptance/authorized.test.ts, through Lambda's doors. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('authorized', () => import('../../acceptance/authorized.test.ts'))
