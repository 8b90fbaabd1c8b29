/** What the ledger's key says of a checkpoint. Imported with import() alone: a job without `ledger-key` needs none of it. */
export {verifyCheckpoint} from '#protocol'
