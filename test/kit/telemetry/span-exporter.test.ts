import { expect, test } from 'vitest';
import type { Span } from '../../../services/kit/telemetry/span.ts';
import { createSpanClock } from '../../../services/kit/telemetry/span-clock.ts';
import { createConsoleExporter } from '../../../services/kit/telemetry/span-exporter.ts';

const span: Span = {
  traceId: '1'.repeat(32),
  spanId: '2'.repeat(16),
  parentSpanId: '',
  sampled: true,
  state: '',
  name: 'work',
  kind: 1,
  startedAt: 1000,
  endedAt: 1002.5,
  attributes: { rows: 3 },
  links: undefined,
  error: 'broken',
};

test('the console exporter prints a span as one JSON line', async () => {
  const lines: string[] = [];
  const clock = { origin: () => 1_700_000_000_000_000_000n };
  const exporter = createConsoleExporter({ 'service.name': 'scoremesh' }, clock, (line) => lines.push(line));
  await exporter.export([span, span]);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatch(/^[^\n]+\n$/);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: '',
    state: '',
    name: 'work',
    kind: 1,
    attributes: { rows: 3 },
    error: 'broken',
    startTime: '2023-11-14T22:13:21.000Z',
    durationMs: 2.5,
    resource: { 'service.name': 'scoremesh' },
  });
});

test('the span clock agrees with the wall clock', () => {
  const clock = createSpanClock();
  const before = Date.now();
  const now = Number(clock.origin() / 1000n) / 1000 + performance.now();
  const after = Date.now();
  // The tolerance within which the clock does not follow.
  expect(now).toBeGreaterThan(before - 25);
  expect(now).toBeLessThan(after + 25);
});
