/** The scenario of acceptance/revoked.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('revoked', () => import('../../acceptance/revoked.test.ts'))
