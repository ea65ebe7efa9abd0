import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { DEFAULT_BOOSTING } from './boosting.ts';

export interface TrainingArguments {
  /** Evaluate from January to this month, 1 to 6. */
  months: number;
  /** Train on at most this many flights. */
  rows: number;
  seed: number;
  trees: number;
  out: string;
  help: boolean;
}

/** June, the last month of the data. */
const LAST_MONTH = 6;
const DEFAULT_OUT = fileURLToPath(new URL('..', import.meta.url));

export const HELP = `Trains the flights example: two versions of flight_delay on January 2001, and measures them on later months.

  npx tsx examples/flights/train.ts [options]

  --months <1-6>   measure from January to this month                        (6)
  --rows <n>       train on the first n flights of January only              (all, 505,279)
  --trees <n>      trees of version 1                                        (${DEFAULT_BOOSTING.trees})
  --seed <n>       of the random choices; equal seeds give equal files       (${DEFAULT_BOOSTING.seed})
  --out <folder>   write models/ here                                         (examples/flights)
  --help           show this

It starts a mesh of its own, sends it the events, and reads from it what was known when each flight left. All of it takes
about ten minutes, 3 GB of memory (pages of the store included) and 2 GB of disk for the time being.
`;

/** Throws on an unknown option or a value out of range, naming it. */
export function parseTrainingArguments(argv: readonly string[]): TrainingArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      months: { type: 'string', default: String(LAST_MONTH) },
      rows: { type: 'string' },
      trees: { type: 'string', default: String(DEFAULT_BOOSTING.trees) },
      seed: { type: 'string', default: String(DEFAULT_BOOSTING.seed) },
      out: { type: 'string', default: DEFAULT_OUT },
      help: { type: 'boolean', default: false },
    },
  });
  return {
    months: integer('months', values.months, 1, LAST_MONTH),
    rows:
      values.rows === undefined ? Number.POSITIVE_INFINITY : integer('rows', values.rows, 1000, 10_000_000),
    trees: integer('trees', values.trees, 1, 1000),
    seed: integer('seed', values.seed, 0, 2 ** 32 - 1),
    out: values.out,
    help: values.help,
  };
}

/** The command that writes the same models and cards, wherever it writes them. */
export function reproduceCommand({ months, rows, trees, seed }: TrainingArguments): string {
  const options = [
    ...(months === LAST_MONTH ? [] : [`--months ${months}`]),
    ...(rows === Number.POSITIVE_INFINITY ? [] : [`--rows ${rows}`]),
    ...(trees === DEFAULT_BOOSTING.trees ? [] : [`--trees ${trees}`]),
    ...(seed === DEFAULT_BOOSTING.seed ? [] : [`--seed ${seed}`]),
  ];
  return ['npx tsx examples/flights/train.ts', ...options].join(' ');
}

function integer(name: string, text: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) {
    throw new Error(`--${name} ${text}: give a whole number from ${min} to ${max}`);
  }
  return value;
}
