/** Everything that can happen in the world, by name. Tests call these in process; the control door calls the same ones. */

import * as accounts from './accounts.ts'
import * as checks from './checks.ts'
import * as comments from './comments.ts'
import {deleteUser} from './departures.ts'
import * as deployments from './deployments.ts'
import type {Fault} from './faults.ts'
import type {Delivery, SetHook} from './hooks.ts'
import * as manifests from './manifests.ts'
import * as merging from './merging.ts'
import * as pulls from './pull-requests.ts'
import * as pushes from './pushes.ts'
import * as repositories from './repositories.ts'
import {planJob} from './runner/plan.ts'
import * as settings from './settings.ts'
import type {JournalEntry} from './state.ts'
import * as webEdits from './web-edits.ts'
import * as teams from './teams.ts'
import type {World} from './world.ts'

/** Each takes the world and one object that can be written as JSON, and answers with such a thing. */
export const actions = {
  addUser: accounts.addUser,
  addOrganization: accounts.addOrganization,
  renameUser: accounts.renameUser,
  deleteUser,
  setTeam: teams.setTeam,
  deleteTeam: teams.deleteTeam,
  issueToken: accounts.issueToken,
  issueWorkflowToken: accounts.issueWorkflowToken,
  revokeToken: accounts.revokeToken,
  addApp: accounts.addApp,
  installApp: accounts.installApp,
  describeApp: accounts.describeApp,
  confirmManifest: manifests.confirmManifest,
  addRepository: repositories.addRepository,
  setPermission: repositories.setPermission,
  changeSettings: settings.changeSettings,
  renameRepository: repositories.renameRepository,
  transferRepository: repositories.transferRepository,
  setVisibility: repositories.setVisibility,
  deleteRepository: repositories.deleteRepository,
  push: pushes.push,
  deleteBranch: pushes.deleteBranch,
  dropActivity: pushes.dropActivity,
  openPullRequest: pulls.openPullRequest,
  openIssue: pulls.openIssue,
  closePullRequest: pulls.closePullRequest,
  reopenPullRequest: pulls.reopenPullRequest,
  retargetPullRequest: pulls.retargetPullRequest,
  retitlePullRequest: pulls.retitlePullRequest,
  setDraft: pulls.setDraft,
  mergePullRequest: merging.mergePullRequest,
  mergeThroughQueue: merging.mergeThroughQueue,
  updateBranch: webEdits.updateBranch,
  resolveConflicts: webEdits.resolveConflicts,
  commitSuggestion: webEdits.commitSuggestion,
  editFile: webEdits.editFile,
  comment: comments.comment,
  editComment: comments.editComment,
  deleteComment: comments.deleteComment,
  transferIssue: comments.transferIssue,
  addCheckRun: checks.addCheckRun,
  concludeCheckRun: checks.concludeCheckRun,
  addStatus: checks.addStatus,
  addDeployment: deployments.addDeployment,
  planJob,
  setHook: (world: World, ask: SetHook): void => world.hooks.set(ask),
  ping: (world: World): number => world.hooks.ping(),
  deliver: (world: World, ask: {readonly event: string; readonly payload: object}): number => world.hooks.deliver(ask),
  redeliver: (world: World, ask: {readonly id: number}): number | undefined => world.hooks.redeliver(ask.id),
  /** GitHub's list of deliveries is behind by that much. */
  listDeliveriesAfter: (world: World, ask: {readonly seconds: number}): void => {
    world.hooks.listedAfterMs = ask.seconds * 1000
  },
  settled: (world: World): Promise<void> => world.hooks.settled(),
  setClock: (world: World, ask: {readonly at: string}): void => world.clock.stopAt(new Date(ask.at)),
  advance: (world: World, ask: {readonly seconds: number}): void => world.clock.advance(ask.seconds),
  /** From here on; what changed before is seen as it is. */
  lagBehind: (world: World, ask: {readonly seconds: number}): void => {
    world.lag.ms = ask.seconds * 1000
  },
  caughtUp: (world: World): Promise<void> => world.lag.caughtUp(),
  addFault: (world: World, ask: Fault): void => world.faults.add(ask),
  clearFaults: (world: World): void => world.faults.clear(),
  /** For more statements in a minute than GitHub lets anybody write about; the hour's quota stays. */
  liftSecondaryLimits: (world: World): void => {
    world.spending.isEnforced = false
  },
  leaveOutPermissions: (world: World): void => {
    world.showsPermissions = false
  },
  limitTrees: (world: World, ask: {readonly entries: number}): void => {
    world.treeLimit = ask.entries
  },
  listRequests: (world: World): readonly JournalEntry[] => world.requests,
  listDeliveries: (world: World): readonly Delivery[] => world.hooks.deliveries,
  listViolations: (world: World): readonly string[] => world.violations,
}

type Table = typeof actions
export type ActionName = keyof Table
export type Ask<Name extends ActionName> = Parameters<Table[Name]>[1]
export type Outcome<Name extends ActionName> = ReturnType<Table[Name]>

/** Actions that ask for nothing are called without an argument. */
export type Actions = {
  readonly [Name in ActionName]: Parameters<Table[Name]>['length'] extends 1
    ? () => Outcome<Name>
    : (ask: Ask<Name>) => Outcome<Name>
}

export const isAction = (name: string): name is ActionName => Object.hasOwn(actions, name)

/** The actions of one world. */
export function actionsOf(world: World): Actions {
  const bound = Object.entries(actions).map(([name, action]) => [
    name,
    (ask: unknown) => (action as (world: World, ask: unknown) => unknown)(world, ask ?? {}),
  ])
  return Object.fromEntries(bound) as Actions
}
