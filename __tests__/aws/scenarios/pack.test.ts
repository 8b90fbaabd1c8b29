/** The scenario of acceptance/pack.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('pack', () => import('../../acceptance/pack.test.ts'))
