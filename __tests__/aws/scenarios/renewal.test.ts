/** The scenario of acceptance/renewal.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('renewal', () => import('../../acceptance/renewal.test.ts'))
