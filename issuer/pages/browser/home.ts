/** The script of pages that verify nothing. */
import {offerCopies} from './elements.ts'

offerCopies()
