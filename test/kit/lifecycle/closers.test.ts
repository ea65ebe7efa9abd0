import { describe, expect, it } from 'vitest';
import { createClosers } from '../../../services/kit/lifecycle/closers.ts';
import { createRecorder } from '../rpc/recorder.ts';

describe('closers', () => {
  it('close in reverse order, one after the other, and go on after an error, which is logged', async () => {
    const { log, lines } = createRecorder();
    const closers = createClosers(log);
    const order: string[] = [];
    closers.add('a', async () => void order.push('a'));
    closers.add('b', () => {
      throw new Error('b is stuck');
    });
    closers.add('c', async () => {
      order.push('c starts');
      await new Promise((resolve) => setImmediate(resolve));
      order.push('c ends');
    });
    await closers.close();
    expect(order).toEqual(['c starts', 'c ends', 'a']);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([
      { level: 'error', fields: { what: 'b', error: { message: 'b is stuck' } } },
    ]);
  });

  it('close once, however often they are asked, also what is added meanwhile', async () => {
    const closers = createClosers(createRecorder().log);
    const closed: string[] = [];
    closers.add('late', () => closers.add('later', () => void closed.push('later')));
    expect(closers.close()).toBe(closers.close());
    await closers.close();
    expect(closed).toEqual(['later']);
  });
});
