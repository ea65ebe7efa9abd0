import { InvalidArgumentError } from 'commander';

/** A moment as people type it, ISO 8601 or Unix milliseconds, as Unix milliseconds. */
export function unixMsOfText(text: string): number {
  const ms = /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : Date.parse(text);
  if (Number.isNaN(ms))
    throw new InvalidArgumentError('give a time such as 2026-01-31T12:00:00Z, or Unix milliseconds');
  return ms;
}
