/** The scenario of acceptance/main-job.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('main-job', () => import('../../acceptance/main-job.test.ts'))
