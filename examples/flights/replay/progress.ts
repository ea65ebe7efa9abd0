import { localTimeOf } from '../calendar.ts';
import { HISTORY_MINUTES } from '../events.ts';
import type { ReplayArguments } from './arguments.ts';
import { duration, grouped, percent, roughly } from './numbers.ts';
import type { ReplayState } from './run.ts';

/** Where progress is shown: standard error, with `columns` if it is a terminal. */
export interface ProgressOutput {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/** One line that is redrawn on a terminal, a line every few seconds elsewhere. */
export interface Progress {
  show(state: ReplayState): void;
  /** While the events before the first minute are sent: up to which minute they are stored. */
  showHistory(minute: number): void;
  /** Says something above the line. */
  note(text: string): void;
  /** Leaves the cursor at the start of an empty line. */
  end(): void;
}

const REDRAW_MS = 100;
const LINE_MS = 5000;
const BAR_WIDTH = 24;
/** Before this share is done an estimate of the rest says nothing. */
const LEAST_SHARE = 0.01;
const CLEAR_LINE = '\r\x1b[2K';

export const silentProgress: Progress = { show() {}, showHistory() {}, note() {}, end() {} };

export function createProgress(
  out: ProgressOutput,
  options: Pick<ReplayArguments, 'fromMinute' | 'toMinute' | 'limit'>,
  now: () => number = () => performance.now(),
): Progress {
  const redraws = out.isTTY === true;
  const everyMs = redraws ? REDRAW_MS : LINE_MS;
  let shownAt = redraws ? Number.NEGATIVE_INFINITY : now();
  const draw = (share: number, text: () => string): void => {
    if (now() - shownAt < everyMs) return;
    shownAt = now();
    if (!redraws) {
      out.write(`${text()}\n`);
      return;
    }
    const filled = Math.round(share * BAR_WIDTH);
    const bar = `${'#'.repeat(filled)}${'-'.repeat(BAR_WIDTH - filled)}`;
    // A line that wraps can't be redrawn.
    out.write(`${CLEAR_LINE}${`[${bar}] ${text()}`.slice(0, (out.columns ?? 80) - 1)}`);
  };
  return {
    show(state) {
      const share = shareDone(state, options);
      draw(share, () => progressText(state, share));
    },
    showHistory(minute) {
      const share = 1 - (options.fromMinute - minute) / HISTORY_MINUTES;
      draw(share, () => `${percent(share, 0).padStart(5)}  events up to ${localTimeOf(minute)}`);
    },
    note: (text) => out.write(redraws ? `${CLEAR_LINE}${text}\n` : `${text}\n`),
    end() {
      if (redraws) out.write(CLEAR_LINE);
    },
  };
}

/** From 0 to 1, by minutes or by flights, whichever ends it first. */
export function shareDone(
  state: Pick<ReplayState, 'minute' | 'departed'>,
  { fromMinute, toMinute, limit }: Pick<ReplayArguments, 'fromMinute' | 'toMinute' | 'limit'>,
): number {
  const ofMinutes = (state.minute + 1 - fromMinute) / (toMinute - fromMinute);
  return Math.min(1, Math.max(ofMinutes, state.departed / limit));
}

export function progressText(
  { minute, scored, failures, elapsedMs, latencies }: ReplayState,
  share: number,
): string {
  const failed = failures.total();
  return [
    percent(share, 0).padStart(5),
    localTimeOf(minute),
    `${grouped((1000 * scored) / elapsedMs)}/s`,
    `p50 ${duration(latencies.quantile(0.5))}`,
    `p99 ${duration(latencies.quantile(0.99))}`,
    ...(failed > 0 ? [`${grouped(failed)} failed`] : []),
    ...(share > LEAST_SHARE && share < 1 ? [`${roughly((elapsedMs * (1 - share)) / share)} left`] : []),
  ].join('  ');
}
