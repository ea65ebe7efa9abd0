import { Command, CommanderError } from 'commander';
import { isMeshError } from '../../services/kit/errors/mesh-error.ts';
import type { AuditStateHost } from './audit/state-host.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addFeatureCommands } from './features/feature-commands.ts';
import type { FeatureStateHost } from './features/store-commands.ts';
import { addJobCommands } from './jobs/job-commands.ts';
import { addModelCommands } from './model-commands.ts';
import type { Terminal } from './output.ts';
import { addScoreCommand } from './score-command.ts';

export interface UpOptions {
  /** Files to store once it is up. */
  readonly load: readonly string[];
  /** Whether to store, once, what the sample call of the flights example reads. */
  readonly example: boolean;
}

/** What the command line starts but does not contain. */
export interface Host extends FeatureStateHost, AuditStateHost {
  readonly version: string;
  /** Hosts every role in this process until it is told to stop. */
  up(options: UpOptions): Promise<void>;
  /** Hosts the roles of SCOREMESH_ROLES until it is told to stop. */
  serve(): Promise<void>;
  /** The text about settings. */
  settingsHelp(): string;
  /** The gateway's address for commands that call it. */
  gatewayAddress(): string;
  /** What such commands are known by, if anything. */
  adminToken(): string | undefined;
}

/** Runs one command; resolves to the exit code: 0 done, 1 failed, 2 wrong usage. */
export async function runCommand(args: readonly string[], host: Host, terminal: Terminal): Promise<number> {
  try {
    await createProgram(host, terminal).parseAsync([...args], { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    if (!isMeshError(error)) throw error;
    terminal.err(`scoremesh: ${error.reason}: ${error.message}`);
    for (const { field, description } of error.details.violations ?? []) {
      const line = `${field}: ${description}`;
      // The message is that of an only one already.
      if (line !== error.message) terminal.err(`  ${line}`);
    }
    return error.reason === 'CONFIG_INVALID' ? 2 : 1;
  }
}

function createProgram(host: Host, terminal: Terminal): Command {
  const program = new Command('scoremesh')
    .description('A self-hosted scoring mesh: features, inference and audit behind one gateway.')
    .version(host.version)
    .exitOverride()
    // Commands have options of the same name, e.g. the version of a model.
    .enablePositionalOptions()
    .configureOutput({
      writeOut: (text) => terminal.out(text.trimEnd()),
      writeErr: (text) => terminal.err(text.trimEnd()),
    })
    .addHelpText('after', () => `\nSettings, from the environment:\n${host.settingsHelp()}`);
  program
    .command('up')
    .description('host the whole mesh in this process')
    .option('--load <file...>', 'events (JSON lines, see features load --events) to store once it is up', [])
    .option('--example', 'store, once, the events that the sample call of the flights example reads', false)
    .action((options: UpOptions) => host.up(options));
  program
    .command('serve')
    .description(
      'host the roles of SCOREMESH_ROLES; the addresses of the others come from SCOREMESH_<ROLE>_ADDRESS',
    )
    .action(() => host.serve());
  const context = { program, terminal, defaultAddress: host.gatewayAddress, adminToken: host.adminToken };
  addScoreCommand(context);
  addJobCommands(context);
  addModelCommands(context);
  addFeatureCommands(context, host);
  addAuditCommands(context, host);
  return program;
}
