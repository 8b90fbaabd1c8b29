/** The scenario of acceptance/redemption.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('redemption', () => import('../../acceptance/redemption.test.ts'))
