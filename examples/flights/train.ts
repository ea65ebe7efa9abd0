import { HELP, parseTrainingArguments } from './training/arguments.ts';
import { runTraining } from './training/run.ts';

/** Entry: `npx tsx examples/flights/train.ts`. */
async function main(argv: readonly string[]): Promise<void> {
  const options = parseTrainingArguments(argv);
  if (options.help) {
    process.stdout.write(HELP);
    return;
  }
  const started = performance.now();
  await runTraining(options, (line) => {
    const seconds = ((performance.now() - started) / 1000).toFixed(1).padStart(6);
    process.stderr.write(`${seconds} s  ${line}\n`);
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\nSee --help.\n`);
  process.exitCode = 1;
}
