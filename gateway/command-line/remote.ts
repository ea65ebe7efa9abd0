import { type Command, InvalidArgumentError, Option } from 'commander';
import { type CallOptions, connect, type MeshClient } from '../client/client.ts';
import type { Terminal } from './output.ts';

/** What the commands that call a running mesh are made from. */
export interface CommandContext {
  readonly program: Command;
  readonly terminal: Terminal;
  readonly defaultAddress: () => string;
  /** Not an option: a shell keeps what was typed. */
  readonly adminToken: () => string | undefined;
}

/** The options that every such command takes. */
export interface RemoteOptions {
  readonly address?: string;
  readonly timeout: number;
}

/** How a command that calls the gateway differs from the others. */
export interface RemoteSettings {
  /** Default of --timeout. */
  readonly timeoutMs?: number;
  /** Whether it is what its parent does without a name. */
  readonly isDefault?: boolean;
}

const answerTimeoutMs = 10_000;

/** Adds a command that calls the gateway. */
export function remoteCommand(
  parent: Command,
  name: string,
  description: string,
  { isDefault = false, timeoutMs = answerTimeoutMs }: RemoteSettings = {},
): Command {
  const timeout = new Option('-t, --timeout <ms>', 'how long to wait for an answer, in milliseconds')
    .argParser(milliseconds)
    .default(timeoutMs, Number.isFinite(timeoutMs) ? String(timeoutMs) : 'no limit');
  return parent
    .command(name, { isDefault })
    .description(description)
    .option('-a, --address <host:port>', 'the gateway (default: SCOREMESH_GATEWAY_ADDRESS, or this machine)')
    .addOption(timeout);
}

/** Runs work with a client that is closed afterwards. */
export async function withMesh(
  { adminToken, defaultAddress, terminal }: CommandContext,
  options: RemoteOptions,
  work: (mesh: MeshClient, call: CallOptions) => Promise<void>,
): Promise<void> {
  const mesh = connect({ address: options.address ?? defaultAddress(), token: adminToken() });
  try {
    await work(mesh, { timeoutMs: options.timeout, signal: terminal.stop });
  } finally {
    await mesh.close();
  }
}

function milliseconds(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('give milliseconds, a whole number of at least 1');
  return value;
}

/** Collects name=value options. */
export function pair(text: string, collected: Readonly<Record<string, string>> = {}): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('give name=value');
  return { ...collected, [text.slice(0, at)]: text.slice(at + 1) };
}
