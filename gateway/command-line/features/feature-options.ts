import { InvalidArgumentError, Option } from 'commander';
import { unixMsOfText } from '../moment.ts';

/** What --set names. */
export const setMeaning = 'the feature set, or name@sha256:<hex> for a version of it';

/** --known-at, of commands that read. */
export function knownAtOption(): Option {
  const meaning = 'only of events that the mesh had learnt by then (default: of all)';
  return new Option('--known-at <time>', meaning).argParser(unixMsOfText);
}

/** --batch, of commands that send the rows of a file. */
export function batchOption(defaultRows: number): Option {
  return new Option('--batch <rows>', 'rows of one request, at most 10000')
    .argParser(batchOf)
    .default(defaultRows);
}

/** Rows of a batch as people type them; the mesh takes no more than 10000. */
function batchOf(text: string): number {
  const rows = Number(text);
  if (Number.isInteger(rows) && rows >= 1 && rows <= 10_000) return rows;
  throw new InvalidArgumentError('give a number of rows from 1 to 10000');
}

/** A row's number as people type it. */
export function rowOf(text: string): number {
  const row = Number(text);
  if (Number.isSafeInteger(row) && row >= 1) return row;
  throw new InvalidArgumentError('give the number of a row, from 1');
}

/** Collects an option that may be repeated. */
export function collected(text: string, before: readonly string[] = []): string[] {
  return [...before, text];
}
