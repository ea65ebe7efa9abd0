import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Job__Output as Job } from '../../../services/gen/scoremesh/scoring/v1/Job.ts';
import { jobJson, type Lane, lanes } from '../../http/job-json.ts';
import type { Terminal } from '../output.ts';
import { type RemoteOptions, type RemoteSettings, remoteCommand } from '../remote.ts';
import { jobLine } from './job-text.ts';

/** What every command about jobs takes. */
export interface JobOptions extends RemoteOptions {
  readonly tenant: string;
  readonly json?: boolean;
}

export function jobCommand(
  jobs: Command,
  name: string,
  description: string,
  settings: RemoteSettings = {},
): Command {
  return remoteCommand(jobs, name, description, settings)
    .option('--tenant <name>', 'whose jobs', 'default')
    .option('--json', 'print one JSON object a line');
}

/** --lane of what submits. */
export function laneOption(): Option {
  return new Option('--lane <lane>', 'who goes first').choices(lanes).default('normal' satisfies Lane);
}

/** A whole number from 1 to `most`. */
export function countUpTo(most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= 1 && value <= most) return value;
    throw new InvalidArgumentError(`give a whole number from 1 to ${most}`);
  };
}

export function printJob({ out }: Terminal, job: Job | null, asJson: boolean | undefined): void {
  if (job !== null) out(asJson ? JSON.stringify(jobJson(job)) : jobLine(job));
}
