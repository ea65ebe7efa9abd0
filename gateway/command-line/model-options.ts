import { type Command, InvalidArgumentError } from 'commander';
import { type RemoteOptions, type RemoteSettings, remoteCommand } from './remote.ts';

/** The options that every command of models takes. */
export interface ModelOptions extends RemoteOptions {
  readonly json?: boolean;
}

// Models are loaded one after the other, and a large one takes a while to be tried.
export const loadTimeoutMs = 300_000;

/** Adds a command that takes --json. */
export function modelCommand(
  models: Command,
  name: string,
  description: string,
  settings: RemoteSettings = {},
): Command {
  return remoteCommand(models, name, description, settings).option('--json', 'print the answer as JSON');
}

/** A version as people type it. */
export function versionOf(text: string): number {
  const version = Number(text);
  if (Number.isInteger(version) && version >= 1 && version < 2 ** 32) return version;
  throw new InvalidArgumentError('give a version, a whole number from 1');
}
