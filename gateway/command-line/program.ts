import { Command, CommanderError } from 'commander';
import { isMeshError } from '../../services/kit/errors/mesh-error.ts';
import { addAuditCommands } from './audit-commands.ts';
import { addFeatureCommands } from './feature-commands.ts';
import { addModelCommands } from './model-commands.ts';
import type { Terminal } from './output.ts';
import { addScoreCommand } from './score-command.ts';

/** What the command line starts but does not contain. */
export interface Host {
  readonly version: string;
  /** Hosts every role in this process until it is told to stop. */
  up(options: { readonly load: readonly string[] }): Promise<void>;
  /** Hosts the roles of SCOREMESH_ROLES until it is told to stop. */
  serve(): Promise<void>;
  /** The text about settings. */
  settingsHelp(): string;
  /** The gateway's address for commands that call it. */
  gatewayAddress(): string;
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
    for (const { field, description } of error.details.violations ?? [])
      terminal.err(`  ${field}: ${description}`);
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
    .option('--load <file...>', 'feature rows (JSON lines) to store once it is up', [])
    .action(({ load }: { load: string[] }) => host.up({ load }));
  program
    .command('serve')
    .description(
      'host the roles of SCOREMESH_ROLES; the addresses of the others come from SCOREMESH_<ROLE>_ADDRESS',
    )
    .action(() => host.serve());
  const context = { program, terminal, defaultAddress: host.gatewayAddress };
  addScoreCommand(context);
  addModelCommands(context);
  addFeatureCommands(context);
  addAuditCommands(context);
  return program;
}
