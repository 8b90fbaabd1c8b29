/** What a scope keeps of approvals that wait for more people. */
import type {DecisionId} from '#protocol'
import type {Statement} from '../model/facts.ts'
import type {Case} from '../model/ruling.ts'
import type {ScopeState, WaitingApproval} from '../model/state.ts'

interface Waited {
  readonly said: Statement
  readonly decision: DecisionId
  readonly case: Case
  /** Milliseconds. */
  readonly now: number
}

/** With this approval. They end when the commit moves, when their time is over, and when the same person says it again. */
export function foldWaiting(state: ScopeState, {said, decision, case: asked, now}: Waited): ScopeState {
  const {change, environment, standing, request} = asked
  const waiting: WaitingApproval = {
    statement: said,
    decision,
    sha: change.commit.sha,
    binding: request.sha === undefined ? 'head' : 'commit',
    until: standing.createdAt + environment.ttl,
    login: standing.author.login,
    public: change.repository.public,
  }
  const others = state.waiting.filter(
    ({statement, sha, until}) =>
      now < until &&
      (statement.pullRequest !== said.pullRequest ||
        (sha === waiting.sha && statement.comment.authorId !== said.comment.authorId)),
  )
  return {...state, waiting: [...others, waiting]}
}

/** Without those of a pull request whose commit was authorized. */
export const dropWaiting = (waiting: ScopeState['waiting'], pullRequest: number): readonly WaitingApproval[] =>
  waiting.filter(({statement}) => statement.pullRequest !== pullRequest)
