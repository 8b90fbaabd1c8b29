/** The scenario of acceptance/authorized.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('authorized', () => import('../../acceptance/authorized.test.ts'))
