import { InvalidArgumentError } from 'commander';
import { timeOfText } from '../files/cell-text.ts';

/** A moment as people type it, as in files: ISO 8601 (UTC where it names no zone) or Unix milliseconds, as Unix milliseconds. */
export function unixMsOfText(text: string): number {
  const ms = timeOfText(text);
  if (ms === undefined)
    throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z, or Unix milliseconds');
  return ms;
}
