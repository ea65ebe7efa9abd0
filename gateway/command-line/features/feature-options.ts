import { InvalidArgumentError } from 'commander';
import { timeOfText } from '../../files/cell-text.ts';

/** A moment as people type it, as Unix ms. */
export function momentOf(text: string): number {
  const ms = timeOfText(text);
  if (ms === undefined)
    throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z, or Unix milliseconds');
  return ms;
}

/** Rows of a batch as people type them; the mesh takes no more than 10000. */
export function batchOf(text: string): number {
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
