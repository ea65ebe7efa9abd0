import type { Event__Output } from '../../../services/gen/scoremesh/feature/v1/Event.ts';
import type { GetFeaturesRequest__Output } from '../../../services/gen/scoremesh/feature/v1/GetFeaturesRequest.ts';

const featureNames = ['count_1h', 'count_1d', 'mean_1d', 'declined_7d', 'max_7d'];

/** A made-up stream of payments: 20 features over 4 entities. */
export const paymentsYaml = `
streams:
  payments:
    fields:
      user: { type: text, required: true }
      card: { type: text, required: true }
      merchant: { type: text, required: true }
      device: { type: text, required: true }
      amount: { type: float64, min: 0 }
      declined: { type: bool }
entities:
  user: { keys: [user] }
  card: { keys: [card] }
  merchant: { keys: [merchant] }
  device: { keys: [device] }
views:
${['user', 'card', 'merchant', 'device'].map(viewYaml).join('')}
sets:
  fraud:
    features:
${['user', 'card', 'merchant', 'device'].flatMap((entity) => featureNames.map((name) => `      - ${entity}_payments.${name}\n`)).join('')}`;

function viewYaml(entity: string): string {
  return `  ${entity}_payments:
    stream: payments
    entity: ${entity}
    windows:
      count_1h: { aggregate: count, window: 1h, tile: 5m, type: float32 }
      count_1d: { aggregate: count, window: 1d, tile: 1h, type: float32 }
      mean_1d: { aggregate: mean, field: amount, window: 1d, tile: 1h, type: float32 }
      declined_7d: { aggregate: rate, condition: declined, window: 7d, tile: 6h, type: float32 }
      max_7d: { aggregate: max, field: amount, window: 7d, tile: 6h, type: float32 }
`;
}

/** Keys of each entity: 100,000 in all. */
export const keyCounts = { user: 60_000, card: 30_000, merchant: 5_000, device: 5_000 } as const;

/** Numbers that look random and are the same in every run (mulberry32). */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` payments of the `spanMs` before `endMs`, in the order of their times. */
export function* payments(count: number, endMs: number, spanMs: number): Generator<Event__Output> {
  const random = numbers(1);
  for (let number = 0; number < count; number++) {
    const eventTime = endMs - spanMs + Math.floor((spanMs * number) / count);
    yield {
      stream: 'payments',
      eventId: `p${number}`,
      eventTime,
      _eventTime: 'eventTime',
      fields: {
        ...keysOf(random),
        amount: { kind: 'number', number: Math.round(random() * 50_000) / 100 },
        declined: { kind: 'flag', flag: random() < 0.05 },
      },
    };
  }
}

function keysOf(random: () => number): Event__Output['fields'] {
  const fields: Event__Output['fields'] = {};
  for (const [entity, keys] of Object.entries(keyCounts))
    fields[entity] = { kind: 'text', text: keyOf(entity, random(), keys) };
  return fields;
}

function keyOf(entity: string, share: number, keys: number): string {
  return `${entity}-${Math.floor(share * keys)}`;
}

/** A read of so many rows of keys drawn at random. */
export function fraudRead(random: () => number, rows: number): GetFeaturesRequest__Output {
  return {
    featureSet: 'fraud',
    features: [],
    rows: Array.from({ length: rows }, () => ({
      entities: Object.fromEntries(
        Object.entries(keyCounts).map(([entity, keys]) => [entity, keyOf(entity, random(), keys)]),
      ),
      inputs: {},
    })),
  };
}

/** Reads that between them name every key. */
export function* everyKey(): Generator<GetFeaturesRequest__Output> {
  const rowsPerRead = 100;
  for (let first = 0; first < keyCounts.user; first += rowsPerRead)
    yield {
      featureSet: 'fraud',
      features: [],
      rows: Array.from({ length: rowsPerRead }, (_, row) => ({
        entities: Object.fromEntries(
          Object.entries(keyCounts).map(([entity, keys]) => [entity, `${entity}-${(first + row) % keys}`]),
        ),
        inputs: {},
      })),
    };
}
