/** The scenario of acceptance/audit.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('audit', () => import('../../acceptance/audit.test.ts'))
