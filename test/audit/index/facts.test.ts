import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Facts, factsOf, isWanted } from '../../../services/audit/index/facts.ts';
import type { Record } from '../../../services/gen/scoremesh/audit/v1/Record.ts';
import { recordCodec } from '../fixture.ts';
import { record, recordOf } from './records.ts';

const nothing: Facts = {
  event: '',
  model: '',
  version: 0,
  principal: '',
  decision: '',
  predictionId: undefined,
  handles: [],
  batchId: '',
};

/** The same by decoding the whole. */
function factsByCodec(bytes: Buffer): Facts | undefined {
  let decoded: ReturnType<typeof recordCodec.decode>;
  try {
    decoded = recordCodec.decode(bytes);
  } catch {
    return undefined;
  }
  const { prediction, refusal, refusalSummary, outcome, inference, modelChange, erasure } = decoded;
  const event = (decoded.event ?? '').replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  const [name = '', qualifier = ''] = (refusal ?? refusalSummary)?.model.split('@', 2) ?? [];
  const id = outcome?.predictionId.replaceAll('-', '') ?? '';
  return {
    event: event as Facts['event'],
    model: (prediction ?? inference)?.model?.name ?? modelChange?.model ?? name,
    version:
      (prediction ?? inference)?.model?.version ??
      modelChange?.version ??
      (/^[0-9]{1,9}$/.test(qualifier) ? Number(qualifier) : 0),
    principal: decoded.principal,
    decision: prediction?.decision ?? '',
    predictionId: /^[0-9a-f]{32}$/i.test(id) ? Buffer.from(id, 'hex') : undefined,
    handles: erasure?.handles.filter(({ length }) => length === 16) ?? [],
    batchId: (prediction ?? inference)?.batchId ?? '',
  };
}

describe('the facts of an entry', () => {
  test('are what the record says, whatever it is about', () => {
    fc.assert(
      fc.property(record, (given) => {
        const bytes = recordCodec.encode(given);
        expect(factsOf(bytes)).toEqual(factsByCodec(bytes));
      }),
      { numRuns: 500 },
    );
  });

  test('are those that decoding gives also where bytes were changed, or there are none', () => {
    fc.assert(
      fc.property(record, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat(), (given, at, byte, end) => {
        const bytes = recordCodec.encode(given);
        if (bytes.length > 0) bytes[at % bytes.length] = byte;
        const cut = bytes.subarray(0, (end % (2 * bytes.length + 1)) + 1);
        const expected = factsByCodec(cut);
        // What decodes has the same facts; what is damaged where facts are not may still have some.
        if (expected !== undefined) expect(factsOf(cut)).toEqual(expected);
      }),
      { numRuns: 2000 },
    );
  });

  test('are none of bytes that are no record, and nothing of the entry is kept', () => {
    expect(factsOf(Buffer.from([0xff, 0xff, 0xff]))).toBeUndefined();
    expect(factsOf(Buffer.alloc(0))).toEqual(nothing);
    const erasure = recordCodec.encode({ erasure: { handles: [Buffer.alloc(16, 7)] } });
    const facts = factsOf(erasure);
    erasure.fill(0);
    expect(facts?.handles).toEqual([Buffer.alloc(16, 7)]);
  });

  test('of a refusal name the model as its caller meant it', () => {
    const of = (model: string) => {
      const { event, model: name, version } = factsOf(recordCodec.encode({ refusal: { model } })) ?? nothing;
      return [event, name, version];
    };
    expect(of('m')).toEqual(['refusal', 'm', 0]);
    expect(of('m@champion')).toEqual(['refusal', 'm', 0]);
    expect(of('m@12')).toEqual(['refusal', 'm', 12]);
  });

  test('take the last of several events, as decoding does', () => {
    const two = (one: Record, other: Record) =>
      Buffer.concat([recordCodec.encode(one), recordCodec.encode(other)]);
    const prediction: Record = recordOf({ model: 'm', version: 3, decision: 'late', batchId: 'b' });
    for (const bytes of [
      two(prediction, { outcome: { predictionId: '018f0000-0000-7000-8000-000000000001' } }),
      two({ outcome: { predictionId: '018f0000-0000-7000-8000-000000000001' } }, prediction),
      two(prediction, { prediction: { decision: 'early' } }),
    ])
      expect(factsOf(bytes)).toEqual(factsByCodec(bytes));
  });
});

test('facts are wanted if all that is asked holds', () => {
  const facts: Facts = { ...nothing, event: 'prediction', model: 'm', version: 2, principal: 'p' };
  const all = { events: undefined, model: '', version: 0, principal: '', decision: '' };
  expect(isWanted(facts, all)).toBe(true);
  expect(isWanted(undefined, all)).toBe(true);
  expect(isWanted(facts, { ...all, events: new Set(['prediction']), model: 'm', version: 2 })).toBe(true);
  expect(isWanted(facts, { ...all, events: new Set(['outcome']) })).toBe(false);
  expect(isWanted(facts, { ...all, model: 'n' })).toBe(false);
  expect(isWanted(facts, { ...all, version: 1 })).toBe(false);
  expect(isWanted(facts, { ...all, principal: 'q' })).toBe(false);
  expect(isWanted(facts, { ...all, decision: 'late' })).toBe(false);
  expect(isWanted(undefined, { ...all, model: 'm' })).toBe(false);
});
