/** The scenario of acceptance/private-repository.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('private-repository', () => import('../../acceptance/private-repository.test.ts'))
