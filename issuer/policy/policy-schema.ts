/** The JSON Schema of `.github/countersign.yml`, version 1 (formats §8, "Policy"). Published as docs/schemas/policy.v1.schema.json. */
import {approverLevels, independences} from '../model/ruling.ts'

/** Free text of one line: no control characters, no lone surrogates; spelled as every language's patterns have it. */
const line = (longest: number, description: string): object => ({
  description: `${description} One line of at most ${longest} characters.`,
  type: 'string',
  pattern: `^[^\\u0000-\\u001f\\u007f-\\u009f\\ud800-\\udfff]{1,${longest}}$`,
})

const listOf = (items: object, description: string): object => ({
  description,
  type: 'array',
  items,
  maxItems: 100,
  uniqueItems: true,
})

const flag = (description: string): object => ({description, type: 'boolean', default: false})

const duration = (description: string, byDefault: string): object => ({
  description: `${description} A whole number of s, m or h, such as ${byDefault}; at most 24h.`,
  type: 'string',
  pattern: '^[1-9][0-9]{0,3}[smhd]$',
  default: byDefault,
})

const score = (description: string): object => ({description, type: 'number', minimum: 0, maximum: 1})

const login = {
  description: 'A login, without @.',
  type: 'string',
  pattern: '^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$',
}

const team = {
  description: 'organization/team, both as they stand in the address of the team.',
  type: 'string',
  pattern: '^[A-Za-z0-9][A-Za-z0-9_-]{0,38}/[a-z0-9][a-z0-9._-]{0,99}$',
}

const glob = {
  description:
    'A path in which only *, ** and ? are special, from the root, without / at either end or ./ (a folder is infra/**): ASCII letters, digits, spaces and . _ - / @ # = ~ +, at most 200.',
  type: 'string',
  pattern: '^(?!\\.?/)(?!.*(?://|/$))[A-Za-z0-9 ._/*?@#=~+-]{1,200}$',
}

const approvers = {
  description: 'Who may approve: has the permission and, where users or teams are given, is one of those.',
  type: 'object',
  additionalProperties: false,
  properties: {
    permission: {
      description: 'The least permission in the repository.',
      enum: [...approverLevels],
      default: 'write',
    },
    users: listOf(login, 'People who may approve.'),
    teams: listOf(team, 'Teams whose active members may approve; who is only invited may not.'),
  },
}

const freezeWindow = {
  type: 'object',
  additionalProperties: false,
  required: ['from', 'to', 'reason'],
  properties: {
    from: {$ref: '#/$defs/time'},
    to: {$ref: '#/$defs/time'},
    reason: line(200, 'Shown to whoever asks in that time.'),
  },
}

const risk = {
  description: 'What a score of risk leads to.',
  type: 'object',
  additionalProperties: false,
  minProperties: 1,
  dependentRequired: {'extra-approvals': ['escalate-at']},
  properties: {
    'escalate-at': score('From this score on, extra-approvals more approvals are needed.'),
    'extra-approvals': {type: 'integer', minimum: 1, maximum: 4, default: 1},
    'deny-at': score('From this score on, nothing is authorized.'),
  },
}

const environment = {
  description: 'What an authorization for this environment needs.',
  type: 'object',
  additionalProperties: false,
  properties: {
    approvers,
    approvals: {
      description: 'How many people must approve; one more may be needed of those who had a hand in it.',
      type: 'integer',
      minimum: 1,
      maximum: 5,
      default: 1,
    },
    independence: {
      description:
        'Who counts for what goes out. usual: as many people without a hand in it as are needed, or one more, whoever they are. strict: the former alone. none: anybody; the receipt is flagged self where usual would fail.',
      enum: [...independences],
      default: 'usual',
    },
    collect: duration('How long after its writing a comment counts beside those of others.', '24h'),
    binding: {
      ...listOf(
        {enum: ['commit', 'head']},
        'commit: the statement names the full SHA. head: it need not, and then means the head. commit is always taken.',
      ),
      minItems: 1,
      contains: {const: 'commit'},
      default: ['commit'],
    },
    ttl: duration('How long a receipt lives.', '1h'),
    'single-use': flag('True: the receipt is flagged once, and serves one run.'),
    fresh: flag('True: the receipt is flagged fresh, and a gate takes it only with a fresh answer of the issuer.'),
    checks: listOf(
      line(140, 'A check run: its name, or name@app with the slug of the app that makes it.'),
      'Every run of each of these on the commit must have completed with success.',
    ),
    freeze: listOf(freezeWindow, 'Times in which nothing is authorized.'),
    risk,
  },
}

export const policySchema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  $id: 'urn:countersign:policy:v1',
  title: 'Countersign policy, version 1',
  description:
    'The file .github/countersign.yml at the default branch. Beyond this schema: no anchors, aliases, tags, directives or repeated names; durations are at most 24h; times exist; a window ends after it begins; escalate-at is below deny-at; approvals and extra-approvals are at most five together; a glob has at most two wildcards between two slashes.',
  type: 'object',
  additionalProperties: false,
  required: ['version', 'environments'],
  properties: {
    version: {const: 1},
    branches: listOf(
      line(255, 'A branch.'),
      'Bases of pull requests that may be authorized, besides the default branch.',
    ),
    environments: {
      description: 'By name, compared exactly. One that does not stand here is refused.',
      type: 'object',
      minProperties: 1,
      maxProperties: 50,
      propertyNames: {pattern: '^(?!.*(?:\\.\\.|//))(?!.*[./]$)[a-z0-9][a-z0-9._/-]{0,62}$'},
      additionalProperties: environment,
    },
    'statement-life': duration('How long after its writing a comment counts.', '15m'),
    'sensitive-paths': listOf(
      glob,
      'Paths whose change is a risk; the globs match names with a leading dot too, and the old name of what is renamed.',
    ),
    agents: listOf(
      line(64, 'A login, where * stands for any text.'),
      'Logins that never approve, because agents use them. Bots never do anyhow.',
    ),
  },
  $defs: {
    time: {
      description: 'UTC, as 2026-12-24T00:00:00Z.',
      type: 'string',
      pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$',
    },
  },
} as const
