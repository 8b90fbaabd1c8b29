/** The scenario of acceptance/two-approvals.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('two-approvals', () => import('../../acceptance/two-approvals.test.ts'))
