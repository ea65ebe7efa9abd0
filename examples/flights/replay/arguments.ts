import { parseArgs } from 'node:util';
import { DAY_MINUTES, localTimeOf, minuteOf, monthStart } from '../calendar.ts';

export interface ReplayArguments {
  /** Gateway, "host:port". */
  address: string;
  /** "name", "name@alias" or "name@version". */
  model: string;
  /** First simulated minute, and the one after the last. */
  fromMinute: number;
  toMinute: number;
  /** At most this many flights. */
  limit: number;
  /** Simulated minutes in a real one; infinite for as fast as it goes. */
  speed: number;
  /** Whether requests carry an idempotency key made from the flight's row. */
  idempotent: boolean;
  quiet: boolean;
  help: boolean;
}

export const DEFAULT_ADDRESS = '127.0.0.1:8001';
const DEFAULT_FROM = '2001-02-01';
const DEFAULT_DAYS = 7;
/** The data holds January to June. */
const DATA_END = monthStart(7);

export const HELP = `Replays real departures of 2001 against the running mesh. First it sends the departures and arrivals of the
two weeks before, which the first features are made of. Then in every simulated minute it scores the flights that leave with what was known
just before, sends what happens, and records how late earlier ones arrived.

  npm run example:flights [-- options]

  --from <time>        first minute, such as 2001-02-01 or 2001-02-01T06:30     (${DEFAULT_FROM})
  --to <time>          up to this minute                     (a week later; with --limit, the end of the data)
  --limit <n>          stop after n flights                                     (none)
  --speed <xN>         N times real time, such as x1000                         (as fast as it goes)
  --model <reference>  a name, name@alias or name@version                       (flight_delay)
  --address <host:port>  the gateway                                            (${DEFAULT_ADDRESS})
  --idempotent         give every score the request id flights-<row>: repeating the replay answers what is recorded
  --quiet              no progress, only the summary
  --help               show this

The data begins on 2001-01-01 and ends before ${localTimeOf(DATA_END).slice(0, 10)}. Ctrl-C stops with the summary so far.
The exit code is 1 if anything failed.
`;

/** Throws on an unknown option or a value out of range, naming it. */
export function parseReplayArguments(argv: readonly string[]): ReplayArguments {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      address: { type: 'string', default: DEFAULT_ADDRESS },
      model: { type: 'string', default: 'flight_delay' },
      from: { type: 'string', default: DEFAULT_FROM },
      to: { type: 'string' },
      limit: { type: 'string' },
      speed: { type: 'string' },
      idempotent: { type: 'boolean', default: false },
      quiet: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  const fromMinute = minuteIn('from', values.from);
  const weekLater = Math.min(fromMinute + DEFAULT_DAYS * DAY_MINUTES, DATA_END);
  const toMinute =
    values.to !== undefined ? minuteIn('to', values.to) : values.limit === undefined ? weekLater : DATA_END;
  if (toMinute <= fromMinute) {
    throw new Error(
      `--to ${localTimeOf(toMinute)} is not after --from ${localTimeOf(fromMinute)}: give a later time`,
    );
  }
  const { address, model, idempotent, quiet, help } = values;
  return {
    address,
    model,
    fromMinute,
    toMinute,
    limit: values.limit === undefined ? Number.POSITIVE_INFINITY : flights(values.limit),
    speed: values.speed === undefined ? Number.POSITIVE_INFINITY : speedOf(values.speed),
    idempotent,
    quiet,
    help,
  };
}

function minuteIn(name: string, text: string): number {
  const minute = minuteOf(text);
  if (minute < 0 || minute > DATA_END) {
    throw new Error(`--${name} ${text}: the data holds 2001-01-01 to ${localTimeOf(DATA_END)}`);
  }
  return minute;
}

function flights(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) {
    throw new Error(`--limit ${text}: give a whole number of flights, at least 1`);
  }
  return value;
}

function speedOf(text: string): number {
  const value = Number(/^x?(\d+(?:\.\d+)?)$/.exec(text)?.[1]);
  if (!(value > 0)) throw new Error(`--speed ${text}: give how many times real time, such as x1000`);
  return value;
}
