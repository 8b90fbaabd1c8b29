/** The scenario of acceptance/merged.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('merged', () => import('../../acceptance/merged.test.ts'))
