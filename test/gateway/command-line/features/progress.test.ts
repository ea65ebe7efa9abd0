import { describe, expect, it } from 'vitest';
import {
  createProgress,
  duration,
  progressText,
} from '../../../../gateway/command-line/features/progress.ts';

describe('progress', () => {
  const start = { share: 0, count: 0, atMs: 0 };

  it('says how far it is, how fast it goes and how long it takes', () => {
    expect(progressText('a.csv', 'events', start, { share: 0.25, count: 500_000, atMs: 10_000 })).toBe(
      'a.csv: 25 %, 500,000 events, 50,000/s, 30 s left',
    );
  });

  it('says nothing of speed before it knows it', () => {
    expect(progressText('a.csv', 'events', start, { share: 0.01, count: 1000, atMs: 900 })).toBe(
      'a.csv: 1 %, 1,000 events',
    );
  });

  it('measures from where it began', () => {
    const first = { share: 0.5, count: 1000, atMs: 0 };
    expect(progressText('a.csv', 'rows', first, { share: 0.75, count: 11_000, atMs: 10_000 })).toBe(
      'a.csv: 75 %, 11,000 rows, 1,000/s, 10 s left',
    );
  });

  it('is redrawn a few times a second, and only on a terminal', () => {
    const lines: string[] = [];
    let nowMs = 0;
    const draw = (interactive: boolean): void => {
      const terminal = {
        interactive,
        redraw: (text: string) => lines.push(text),
        out: () => {},
        err: () => {},
        stop: new AbortController().signal,
      };
      const progress = createProgress(terminal, 'x', 'rows', () => nowMs);
      for (; nowMs < 1000; nowMs += 10) progress.at(nowMs / 1000, nowMs);
      progress.clear();
    };
    draw(false);
    expect(lines).toEqual([]);
    nowMs = 0;
    draw(true);
    expect(lines).toHaveLength(6);
    expect(lines.at(-1)).toBe('');
  });
});

describe('a time span as people read it', () => {
  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [61_000, '1 min 1 s'],
    [3_600_000, '1 h'],
    [90_061_000, '1 d 1 h'],
    [14 * 86_400_000, '14 d'],
  ])('%d ms is %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});
