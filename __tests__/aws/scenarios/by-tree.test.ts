/** The scenario of acceptance/by-tree.test.ts, through Lambda. */
import {throughLambda} from './through-lambda.ts'

await throughLambda('by-tree', () => import('../../acceptance/by-tree.test.ts'))
