/** The scenario of acceptance/taken-back.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('taken-back', () => import('../../acceptance/taken-back.test.ts'))
