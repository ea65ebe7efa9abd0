import { describe, expect, it } from 'vitest';
import { cellMs, timeOfText } from '../../../gateway/files/cell-text.ts';

describe('a time in a file', () => {
  const moment = Date.UTC(2001, 1, 1, 12, 30);
  it.each([
    ['2001-02-01T12:30:00Z', moment],
    ['2001-02-01 12:30:00', moment],
    ['2001-02-01T12:30', moment],
    ['2001-02-01T06:30:00.25-06:00', moment + 250],
    ['2001-02-01T06:30:00,5-0600', moment + 500],
    ['2001-02-01', Date.UTC(2001, 1, 1)],
    ['981030600000.5', 981030600000.5],
    ['-1', -1],
  ])('%s is %f', (text, ms) => {
    expect(timeOfText(text)).toBe(ms);
  });

  it.each(['', 'soon', '2001-02-29', '2001-13-01', '01.02.2001', '2001-02-01T12:30.5', '12:30'])(
    '%j is none',
    (text) => {
      expect(timeOfText(text)).toBeUndefined();
    },
  );

  it('in a column of times is Unix ms', () => {
    expect(cellMs(981030600000250n, 'timestamp us')).toBe(981030600000.25);
    expect(cellMs(-1_500_000n, 'timestamp ns')).toBe(-1.5);
    expect(cellMs(11354, 'date')).toBe(Date.UTC(2001, 1, 1));
    expect(cellMs(5n, 'int64')).toBeUndefined();
  });
});
