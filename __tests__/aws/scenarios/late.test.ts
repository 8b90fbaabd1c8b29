/** The scenario of acceptance/late.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('late', () => import('../../acceptance/late.test.ts'))
