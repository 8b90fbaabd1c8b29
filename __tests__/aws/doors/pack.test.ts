/** The scenario of acceptance/pack.test.ts, through Lambda's doors. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('pack', () => import('../../acceptance/pack.test.ts'))
