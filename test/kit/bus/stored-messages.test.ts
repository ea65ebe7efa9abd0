import { describe, expect, it } from 'vitest';
import { startCall } from '../../../services/kit/contract/call.ts';
import { connectBus, natsIsAbsent, startBroker } from './broker.ts';
import { collector } from './collector.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const call = (timeoutMs: number) => startCall({ timeoutMs, principal: 'test' });

describe.skipIf(natsIsAbsent)('messages that a stream keeps', () => {
  it('are read by subject and place, with all their headers, and removed', async () => {
    const bus = await connectBus((await startBroker()).url);
    await bus.ensureStream({
      name: 'S',
      subjects: ['s.>'],
      retention: 'limits',
      storage: 'memory',
      allowDirect: true,
    });
    const before = Date.now();
    for (const [index, name] of ['a', 'b', 'a', 'c'].entries())
      await bus.publish(`s.${name}`, bytes(`${index}`), {
        headers: { One: `of:${index}`, Empty: '' },
        msgId: `m${index}`,
      });
    const last = await bus.stored.last('S', 's.a');
    expect(last).toMatchObject({
      subject: 's.a',
      sequence: 3,
      headers: { One: 'of:2', Empty: '', 'Nats-Msg-Id': 'm2' },
    });
    expect(Buffer.from(last!.payload).toString()).toBe('2');
    expect(Math.abs(last!.takenAtMs - before)).toBeLessThan(60_000);
    expect((await bus.stored.next('S', 's.a', 2))?.sequence).toBe(3);
    expect((await bus.stored.next('S', 's.*', 2))?.sequence).toBe(2);
    expect(await bus.stored.next('S', 's.a', 4)).toBeUndefined();
    expect(await bus.stored.last('S', 's.x')).toBeUndefined();
    expect(await bus.stored.remove('S', 3)).toBe(true);
    expect(await bus.stored.remove('S', 3)).toBe(false);
    expect((await bus.stored.last('S', 's.a'))?.sequence).toBe(1);
  });

  it('are not there without a stream or a connection, or within no time, and it is said what to do', async () => {
    const broker = await startBroker();
    const bus = await connectBus(broker.url);
    await expect(bus.stored.last('NONE', 's')).rejects.toMatchObject({
      reason: 'NATS_UNAVAILABLE',
      details: { metadata: { nats_code: '10059' } },
    });
    await expect(bus.stored.last('NONE', 's', call(-1))).rejects.toMatchObject({ reason: 'DEADLINE_PAST' });
    const given = call(5000);
    const asked = bus.stored.last('NONE', 's', given);
    broker.kill();
    await expect(asked).rejects.toMatchObject({ reason: 'NATS_UNAVAILABLE' });
  });
});

describe.skipIf(natsIsAbsent)('listening', () => {
  it('hears what is sent after it has begun, also after the server was killed, until it is stopped', async () => {
    const broker = await startBroker();
    const [bus, sender] = [await connectBus(broker.url), await connectBus(broker.url)];
    const begun = collector<true>();
    const heard = collector<string>();
    const stop = bus.listen('news.*', {
      onMessage: ({ headers, payload, subject }) =>
        heard.add(`${subject} ${Buffer.from(payload)} ${headers.H}`),
      onListening: () => begun.add(true),
    });
    await begun.reaches(1);
    sender.publishCore('news.a', bytes('1'), { headers: { H: 'h' } });
    expect(await heard.reaches(1)).toEqual(['news.a 1 h']);
    broker.kill();
    await begun.reaches(2);
    await sender.connected(call(20_000));
    await expect.poll(() => sender.state()).toBe('connected');
    sender.publishCore('news.b', bytes('2'), { headers: { H: 'i' } });
    await heard.reaches(2);
    stop();
    stop();
    sender.publishCore('news.c', bytes('3'), { headers: { H: 'j' } });
    const after = collector<true>();
    bus.listen('news.c', {
      onMessage: () => after.add(true),
      onListening: () => sender.publishCore('news.c', bytes('4')),
    });
    await after.reaches(1);
    expect(heard.items).toHaveLength(2);
  });
});
