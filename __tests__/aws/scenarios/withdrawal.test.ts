/** The scenario of acceptance/withdrawal.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('withdrawal', () => import('../../acceptance/withdrawal.test.ts'))
