/** The one type for an outcome that is expected: what came of it, or what was wrong. Outages and bugs are exceptions. */
export type Result<Value, Fault> =
  {readonly ok: true; readonly value: Value} | {readonly ok: false; readonly fault: Fault}
