import { expect, test } from 'vitest';
import { integer, noon, number, text } from '../arrivals.ts';
import { type Started, startFeatures, statusesOf, testCall, valuesOf } from '../fixture.ts';
import { ord, report, travel } from '../travel.ts';

const cities = `
views:
  cities:
    stream: reports
    entity: airport
    windows:
      cities_6h: { aggregate: distinct, field: city, window: 6h, tile: 1h }
sets:
  cities: { features: [cities.cities_6h] }
`;

async function changesOf(declared: ReturnType<Started['declare']>): Promise<string[]> {
  return (await declared).changes.map(({ kind, name }) => `${kind} ${name}`);
}

test('a set that is declared anew is read by its name, and its old version by its digest with the same bits', async () => {
  const { declare, read, ingest } = await startFeatures(travel);
  await ingest(report({ mean: number(0.1) }));
  const before = await read('means', [ord]);
  expect(await changesOf(declare('sets: { means: { features: [airport.seats] } }'))).toEqual(['set means']);
  const after = await read('means', [ord]);
  expect(statusesOf(after)).toEqual(['NULL_VALUE']);
  expect(after.digest).not.toBe(before.digest);
  expect(await read(`means@${after.digest}`, [ord])).toEqual(after);
  expect(await read(`means@${before.digest}`, [ord])).toEqual(before);
});

test('the old version of a view goes on with new events, also after a restart', async () => {
  const started = await startFeatures(travel);
  const { digest } = await started.read('means', [ord]);
  const changed = travel.replace('    max_age: 24h', "    where: 'mean > 0.0'\n    max_age: 24h");
  const changes = await changesOf(started.declare(changed));
  expect(changes).toContain('view airport');
  expect(changes).toContain('set means');
  await started.ingest(report({ mean: number(-1) }));
  const check = async ({ read }: Started): Promise<void> => {
    expect(statusesOf(await read('means', [ord]))).toEqual(['NOT_FOUND', 'PRESENT']);
    expect(valuesOf(await read(`means@${digest}`, [ord]))).toEqual([-1, 1n]);
  };
  await check(started);
  await check(await started.restart(changed));
});

test('a dry run tells the changes and changes nothing', async () => {
  const { declare, read, handlers } = await startFeatures(travel);
  const before = await handlers.ListFeatures({ featureSet: '' }, testCall());
  expect(await changesOf(declare(cities, true))).toEqual(['view cities', 'set cities']);
  await expect(read('cities', [ord])).rejects.toMatchObject({ reason: 'FEATURE_SET_NOT_FOUND' });
  expect(await handlers.ListFeatures({ featureSet: '' }, testCall())).toEqual(before);
  expect(await changesOf(declare(cities))).toEqual(['view cities', 'set cities']);
  expect(await changesOf(declare(cities))).toEqual([]);
});

test('a declaration with faults is refused whole, with all of them', async () => {
  const { declare, read } = await startFeatures(travel);
  const broken = `${cities}  means: { features: [airport.median] }\n`.replace('field: city', 'field: town');
  await expect(declare(broken)).rejects.toMatchObject({
    reason: 'FEATURE_DECLARATION_INVALID',
    details: {
      violations: [
        { field: expect.stringContaining('views.cities.windows.cities_6h.field') },
        { field: expect.stringContaining('sets.means.features[0]') },
      ],
    },
  });
  await read('means', [ord]);
  await expect(declare('x'.repeat(300_000))).rejects.toMatchObject({ reason: 'FEATURE_DECLARATION_INVALID' });
});

test('a stream that would lose a field is refused, by RPC and at the start', async () => {
  const started = await startFeatures(travel);
  const fields = (city: string) =>
    `{ airport: { type: text, required: true }, hour: { type: int64 }, rate: { type: float32 }, mean: { type: float64 }, seats: { type: int64 }, open: { type: bool }${city} }`;
  const lost = { reason: 'FEATURE_DECLARATION_INVALID', message: expect.stringContaining('city') };
  await expect(started.declare(`streams: { reports: { fields: ${fields('')} } }`)).rejects.toMatchObject(
    lost,
  );
  await expect(
    started.declare(`streams: { reports: { fields: ${fields(', city: { type: int64 }')} } }`),
  ).rejects.toMatchObject(lost);
  const alone = `streams: { reports: { fields: ${fields('')} } }`;
  await expect(started.restart(alone)).rejects.toMatchObject({
    reason: 'CONFIG_INVALID',
    message: expect.stringContaining('city'),
  });
});

test('a stream may get fields: events from before have none', async () => {
  const started = await startFeatures(travel);
  await started.ingest(report({ mean: number(1) }));
  const more = travel
    .slice(travel.indexOf('streams:'), travel.indexOf('views:'))
    .replace('fields:', 'fields:\n      gates: { type: int64 }');
  await started.declare(
    `${more}views: { gates: { stream: reports, entity: airport, latest: { gates: {}, mean: {} } } }`,
  );
  const features = ['gates.gates', 'gates.mean'];
  expect(statusesOf(await started.read(features, [ord]))).toEqual(['NULL_VALUE', 'PRESENT']);
  await started.ingest(report({ gates: integer(9), mean: number(2) }));
  expect(valuesOf(await started.read(features, [ord]))).toEqual([9n, 2]);
  expect(valuesOf(await started.read('means', [ord]))).toEqual([2, 2n]);
});

test('features that are only in another order are still read by their names', async () => {
  const started = await startFeatures(travel);
  await started.ingest(report({ mean: number(5), seats: integer(6) }));
  const turned = travel.replace('{ rate: {}, mean: {}, seats: {}', '{ seats: {}, mean: {}, rate: {}');
  const other = `${turned}  turned: { features: [airport.seats, airport.mean], transforms: { seats: { type: int64, expr: airport.seats } } }\n`;
  const check = async ({ read }: Started): Promise<void> => {
    for (const set of ['turned', ['airport.seats', 'airport.mean']])
      expect(valuesOf(await read(set, [ord]))).toEqual([6n, 5]);
    expect(valuesOf(await read('means', [ord]))).toEqual([5, 1n]);
  };
  await started.declare(other.slice(other.indexOf('views:')));
  await check(started);
  await check(await started.restart());
});

test('events that come while something is declared are in its index', async () => {
  const { declare, read, ingest } = await startFeatures(travel);
  const send = (prefix: string) =>
    Promise.all(
      Array.from({ length: 40 }, (_, index) => ingest(report({ city: text(`${prefix}${index % 25}`) }))),
    );
  const sent = [send('a'), send('b')];
  await new Promise(setImmediate);
  const declared = declare(
    `${cities.replace('entity: airport', 'entity: city')}entities: { city: { keys: [city] } }`,
  );
  sent.push(send('c'), send('d'));
  await declared;
  sent.push(send('e'));
  await Promise.all(sent);
  const rows = [...'abcde'].flatMap((prefix) =>
    Array.from({ length: 25 }, (_, index) => ({ entities: { city: `${prefix}${index}` } })),
  );
  expect(valuesOf(await read('cities', rows.slice(0, 1)))).toEqual([1n]);
  expect(new Set(statusesOf(await read('cities', rows)))).toEqual(new Set(['PRESENT']));
});

test('what was declared by RPC is there after a restart, also over files of the same name, which is said', async () => {
  const started = await startFeatures(travel);
  await started.declare(cities);
  await started.declare('sets: { means: { features: [airport.seats] }, more: { features: [airport.rate] } }');
  await started.ingest(report({ city: text('Chicago'), mean: number(4) }));
  const again = await started.restart();
  expect(again.logged).toMatchObject([
    { level: 'warn', message: expect.stringContaining('declared by RPC'), fields: { names: ['set means'] } },
  ]);
  expect(valuesOf(await again.read('cities', [ord]))).toEqual([1n]);
  expect(statusesOf(await again.read('more', [ord]))).toEqual(['NULL_VALUE']);
  expect(statusesOf(await again.read('means', [ord]))).toHaveLength(1);
  const without = await again.restart(travel.replace('city_6h', 'town_6h'));
  expect(valuesOf(await without.read(['recent.town_6h'], [ord]))).toEqual(['Chicago']);
  expect(valuesOf(await without.read('cities', [ord]))).toEqual([1n]);
});

test('what was declared by RPC and no longer fits the files is left out, and said', async () => {
  const notes = (more: string) => `
entities: { person: { keys: [who] } }
streams: { notes: { fields: { who: { type: text }, mood: { type: float64 } } } }
views: { mood: { stream: notes, entity: person, latest: { who: {}${more} } } }
`;
  const started = await startFeatures(notes(', mood: {}'));
  await started.declare('sets: { moods: { features: [mood.mood] } }');
  await started.declare('sets: { names: { features: [mood.who] } }');
  const ann = { entities: { who: 'ann' } };
  const { digest } = await started.read('moods', [ann]);
  const again = await started.restart(notes(''));
  expect(again.logged).toMatchObject([{ level: 'error', message: expect.stringContaining('left out') }]);
  await expect(again.read('moods', [ann])).rejects.toMatchObject({ reason: 'FEATURE_SET_NOT_FOUND' });
  await again.ingest({
    stream: 'notes',
    eventId: 'a',
    eventTime: noon,
    fields: { who: text('ann'), mood: number(0.5) },
  });
  expect(valuesOf(await again.read('names', [ann]))).toEqual(['ann']);
  expect(valuesOf(await again.read(`moods@${digest}`, [ann]))).toEqual([0.5]);
});

test('a changed retention holds for reads at once', async () => {
  const dayMs = 86_400_000;
  const kept = (retention: string) =>
    `streams: { notes: { retention: ${retention}, fields: { who: { type: text }, mood: { type: float64 } } } }\n`;
  const rest = `
entities: { person: { keys: [who] } }
views: { mood: { stream: notes, entity: person, latest: { mood: {} } } }
sets: { mood: { features: [mood.mood] } }
`;
  const started = await startFeatures('');
  await started.declare(kept('10d') + rest);
  const event = (eventTime: number, mood: number) => ({
    stream: 'notes',
    eventId: `${mood}`,
    eventTime,
    fields: { who: text('ann'), mood: number(mood) },
  });
  await started.ingest(event(noon - 5 * dayMs, 1));
  const ann = { entities: { who: 'ann' } };
  expect(valuesOf(await started.read('mood', [ann]))).toEqual([1]);
  expect(await changesOf(started.declare(kept('2d')))).toEqual(['stream notes']);
  expect(statusesOf(await started.read('mood', [ann]))).toEqual(['NOT_FOUND']);
  expect(statusesOf(await started.read(['mood.mood'], [ann]))).toEqual(['NOT_FOUND']);
  await started.declare(kept('20d'));
  expect(valuesOf(await started.read('mood', [ann]))).toEqual([1]);
});
