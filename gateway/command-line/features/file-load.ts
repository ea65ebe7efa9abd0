import type { MeshClient } from '../../client/client.ts';
import type { Terminal } from '../output.ts';
import { type LoadTotals, loadEvents } from './bulk-load.ts';
import type { EventSource } from './event-source.ts';
import type { LoadProgress } from './load-progress.ts';
import { createProgress, duration, grouped } from './progress.ts';
import { rejectionText } from './push-command.ts';

/** Rows that are told one by one, of those in the quarantine and of those that can't be read. */
const maxTold = 5;

/** Where a load begins. */
export interface LoadStart {
  readonly progress: LoadProgress | undefined;
  readonly fromRow: number;
  /** Rows before that one that could not be read. */
  readonly before: number;
  readonly strict: boolean;
}

/** Stores the rows of a file and tells how it goes; resolves to what became of them, those before its beginning among the unreadable. */
export async function loadFile(
  mesh: Pick<MeshClient, 'features'>,
  source: EventSource,
  { before, fromRow, progress, strict }: LoadStart,
  terminal: Terminal,
): Promise<LoadTotals> {
  const { path } = source;
  const startedMs = performance.now();
  const bar = createProgress(terminal, path, 'events');
  if (fromRow > 1) {
    const left = before > 0 ? `; ${grouped(before)} before it could not be read` : '';
    terminal.err(`${path}: going on from row ${grouped(fromRow)}${left}`);
  }
  let lastRow = fromRow - 1;
  const say = (line: string): void => {
    bar.clear();
    terminal.err(line);
  };
  const sayRejected = firstOf(
    say,
    'more rows go to the quarantine; `scoremesh features quarantine list` shows them',
  );
  const sayUnreadable = firstOf(say, "more rows can't be read; the end says how many");
  try {
    const found = await loadEvents(mesh, source, fromRow, {
      stop: terminal.stop,
      strict,
      onAcknowledged: (row, share, { duplicates, quarantined, stored, unreadable }) => {
        lastRow = row;
        // A load does not depend on it.
        void progress?.note(row, before + unreadable);
        bar.at(share, stored + duplicates + quarantined);
      },
      onRejected: (row, rejection) =>
        sayRejected(`${path}, row ${row} is in the quarantine: ${rejectionText(rejection)}`),
      onUnreadable: ({ fault }) => sayUnreadable(`not stored: ${fault.message}`),
      onPause: ({ message, reason }, pauseMs) =>
        say(`${reason}: ${message}; trying again in ${duration(pauseMs)}`),
    });
    const totals = { ...found, unreadable: before + found.unreadable };
    bar.clear();
    await progress?.remove();
    terminal.out(summary(path, totals, performance.now() - startedMs));
    if (source.rowIds !== undefined && totals.duplicates > 0)
      terminal.err(
        `rows are known as ${source.rowIds}:<row>; if those stored before were of another file, give this one an --id-prefix`,
      );
    return totals;
  } catch (error) {
    bar.clear();
    await progress?.flush();
    if (lastRow >= 1) {
      const goOn =
        progress === undefined
          ? 'load it again to go on; what is stored counts once'
          : 'the same command goes on from there';
      terminal.err(`${path}: stored up to row ${grouped(lastRow)}; ${goOn}`);
    }
    throw error;
  }
}

/** Says the first few lines, and for all others once that there are more. */
function firstOf(say: (line: string) => void, more: string): (line: string) => void {
  let said = 0;
  return (line) => {
    said += 1;
    if (said <= maxTold) say(line);
    else if (said === maxTold + 1) say(more);
  };
}

function summary(
  path: string,
  { duplicates, quarantined, stored, unreadable }: LoadTotals,
  elapsedMs: number,
): string {
  const parts = [`${grouped(stored)} events are stored`];
  if (duplicates > 0) parts.push(`${grouped(duplicates)} were stored before`);
  if (quarantined > 0) parts.push(`${grouped(quarantined)} are in the quarantine`);
  if (unreadable > 0) parts.push(`${grouped(unreadable)} could not be read`);
  return `${path}: ${parts.join(', ')}; ${duration(elapsedMs)}`;
}
