import { type Command, InvalidArgumentError, Option } from 'commander';
import type { RecordFilter } from '../../../services/gen/scoremesh/audit/v1/RecordFilter.ts';
import { collected } from '../features/feature-options.ts';
import { unixMsOfText } from '../moment.ts';

/** What a query's options say. */
export interface QueryOptions {
  readonly since?: number;
  readonly until?: number;
  readonly event: readonly string[];
  readonly model?: string;
  readonly modelVersion?: number;
  readonly principal?: string;
  readonly decision?: string;
  readonly subject?: string;
  readonly outcome?: string;
}

const outcomeStates = ['missing', 'known', 'corrected'] as const;

/** Adds the options that choose records. */
export function addQueryOptions(command: Command): Command {
  return command
    .option('--since <time>', 'from this moment, ISO 8601 or Unix milliseconds', unixMsOfText)
    .option('--until <time>', 'before this moment', unixMsOfText)
    .option('--event <kind>', 'prediction, inference, outcome, refusal, ...; may be repeated', collected, [])
    .option('--model <name>', 'about this model')
    .option('--model-version <number>', 'about this version', versionOf)
    .option('--principal <name>', 'asked for by')
    .option('--decision <text>', 'predictions with this decision')
    .option('--subject <entity=key>', 'about this data subject')
    .addOption(
      new Option('--outcome <state>', 'predictions whose truth is missing, known or corrected').choices(
        outcomeStates,
      ),
    );
}

export function filterOf(options: QueryOptions): RecordFilter {
  const { since, until, event, model, modelVersion, principal, decision, subject, outcome } = options;
  return {
    since: stampOf(since),
    until: stampOf(until),
    events: [...event],
    model: model ?? '',
    version: modelVersion ?? 0,
    principal: principal ?? '',
    decision: decision ?? '',
    subject: subject ?? '',
    outcome: `OUTCOME_STATE_${(outcome ?? 'unspecified').toUpperCase()}` as NonNullable<
      RecordFilter['outcome']
    >,
  };
}

function stampOf(ms: number | undefined): { seconds: number; nanos: number } | null {
  if (ms === undefined) return null;
  const seconds = Math.floor(ms / 1000);
  return { seconds, nanos: Math.round((ms - seconds * 1000) * 1e6) };
}

function versionOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value < 2 ** 32) return value;
  throw new InvalidArgumentError('give a version, a whole number from 1');
}

/** How many. */
export function countOf(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1) return value;
  throw new InvalidArgumentError('give a whole number of at least 1');
}
