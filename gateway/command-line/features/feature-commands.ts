import type { CommandContext } from '../remote.ts';
import { addDeclareCommand } from './declare-command.ts';
import { addGetCommand } from './get-command.ts';
import { addJoinCommand } from './join-command.ts';
import { addListCommand } from './list-command.ts';
import { addLoadCommand } from './load-command.ts';
import { addPushCommand } from './push-command.ts';
import { addQuarantineCommands } from './quarantine-commands.ts';
import { addStoreCommands, type FeatureStateHost } from './store-commands.ts';

const examples = `
Examples:
  scoremesh features                                          list what is declared
  scoremesh features declare features/flights.yaml            declare streams, views and sets
  scoremesh features load arrivals arrivals.parquet           store events
  scoremesh features get --set flight_delay -e origin=ORD ... read what a model would get now
  scoremesh features join --set flight_delay --labels labels.csv --out train.parquet
  scoremesh features quarantine list                          events that broke their declaration`;

/** `scoremesh features` and what is below it. */
export function addFeatureCommands(context: CommandContext, host: FeatureStateHost): void {
  const features = context.program
    .command('features')
    .description('declare, load, read and join features')
    .addHelpText('after', examples);
  addListCommand(context, features);
  addDeclareCommand(context, features);
  addGetCommand(context, features);
  addPushCommand(context, features);
  addLoadCommand(context, features);
  addJoinCommand(context, features);
  addQuarantineCommands(context, features);
  addStoreCommands(host, context.terminal, features);
}
