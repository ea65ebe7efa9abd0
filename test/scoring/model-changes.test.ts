import { afterEach, describe, expect, it } from 'vitest';
import { MeshError } from '../../services/kit/errors/mesh-error.ts';
import { type Closers, createClosers } from '../../services/kit/lifecycle/closers.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createModelChanges } from '../../services/scoring/model-changes.ts';
import { decodeRecord } from '../../services/scoring/records.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { createGate, errorOf, until } from '../kit/rpc/processes.ts';
import { createRecorder } from '../kit/rpc/recorder.ts';
import { modelChange, newCall } from './fakes.ts';

let closers: Closers = createClosers(silentLog);
afterEach(async () => {
  const used = closers;
  closers = createClosers(silentLog);
  await used.close();
});

const dropped = 'scoremesh_audit_model_changes_dropped_total{}';
const queued = 'scoremesh_audit_model_changes_queued';
const idOf = (number: number): string => modelChange(number).changeId;

function start(append: (recordId: string) => Promise<void> = async () => {}) {
  const { log, lines } = createRecorder();
  const metrics = createReadableMetrics();
  const tried: string[] = [];
  const written: ReturnType<typeof decodeRecord>[] = [];
  const changes = createModelChanges(
    {
      append: async (record, recordId) => {
        tried.push(recordId);
        await append(recordId);
        written.push(decodeRecord(record.record));
        return { receipt: null, existingRecord: Buffer.alloc(0) };
      },
    },
    { log, metrics },
    closers,
  );
  return { changes, tried, written, metrics, lines };
}

describe('changes of models', () => {
  it('are recorded in order under their own id, with who did what and when', async () => {
    const { changes, written } = start();
    changes.add([
      modelChange(1, { kind: 'MODEL_CHANGE_KIND_REGISTERED', principal: 'alice' }),
      modelChange(2, { kind: 'MODEL_CHANGE_KIND_FAILED', reason: 'x'.repeat(100_000) }),
    ]);
    await changes.settled(newCall());
    expect(written).toMatchObject([
      {
        recordId: idOf(1),
        event: 'modelChange',
        principal: 'alice',
        receivedAtUs: modelChange(1).occurredAtUs,
        modelChange: { changeId: idOf(1), kind: 'MODEL_CHANGE_KIND_REGISTERED', model: 'm', version: 1 },
      },
      { recordId: idOf(2), modelChange: { reason: 'x'.repeat(4096) } },
    ]);
  });

  it('that were seen before are not written again', async () => {
    const { changes, tried } = start();
    changes.add([modelChange(1), modelChange(2)]);
    changes.add([modelChange(2), modelChange(3), modelChange(1)]);
    await changes.settled(newCall());
    expect(tried).toEqual([1, 2, 3].map(idOf));
  });

  it('wait in order while the log is down, and are written when it is back', async () => {
    let failures = 3;
    const { changes, written, tried, lines } = start(async () => {
      if (failures-- > 0) throw new MeshError('ROLE_UNREACHABLE', 'the log is gone');
    });
    changes.add([modelChange(1), modelChange(2)]);
    await changes.settled(newCall());
    expect(written.map(({ recordId }) => recordId)).toEqual([1, 2].map(idOf));
    expect(tried).toEqual([1, 1, 1, 1, 2].map(idOf));
    expect(lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });

  it('are waited for no longer than a call lives', async () => {
    const gate = createGate();
    const { changes, metrics } = start(() => gate.opened);
    changes.add([modelChange(1)]);
    expect(metrics.read(queued)).toEqual([{ labels: [], value: 1 }]);
    expect(await errorOf(changes.settled(newCall(20)))).toMatchObject({ code: 4 });
    const call = newCall();
    const waiting = errorOf(changes.settled(call));
    const gone = new MeshError('CALL_CANCELLED', 'the caller went away');
    call.cancellation.cancel(gone);
    expect(await waiting).toBe(gone);
    gate.open();
    await changes.settled(newCall());
    expect(metrics.read(queued)).toEqual([{ labels: [], value: 0 }]);
  });

  it('that the log does not take are counted and logged, and hold up nothing', async () => {
    const { changes, written, metrics, lines } = start(async (recordId) => {
      if (recordId === idOf(1)) throw new MeshError('INVALID_REQUEST', 'no record');
    });
    changes.add([modelChange(1), modelChange(2)]);
    await changes.settled(newCall());
    expect(written.map(({ recordId }) => recordId)).toEqual([idOf(2)]);
    expect(metrics.counts.get(dropped)).toBe(1);
    expect(lines.filter(({ level }) => level === 'error')).toMatchObject([{ fields: { change: idOf(1) } }]);
  });

  it('that wait by the thousand are dropped and counted beyond a bound', async () => {
    const gate = createGate();
    const { changes, metrics } = start(() => gate.opened);
    changes.add(Array.from({ length: 10_003 }, (_, place) => modelChange(place)));
    expect(metrics.counts.get(dropped)).toBe(3);
    expect(metrics.read(queued)).toEqual([{ labels: [], value: 10_000 }]);
    gate.open();
    await changes.settled(newCall());
  });

  it('are given up when the process stops while the log is down, and that is logged', async () => {
    const { changes, tried, lines } = start(async () => {
      throw new MeshError('ROLE_UNREACHABLE', 'the log is gone');
    });
    changes.add([modelChange(1), modelChange(2)]);
    await until(() => tried.length > 0);
    await closers.close();
    expect(lines.at(-1)).toMatchObject({ level: 'error', fields: { left: 2 } });
  });
});
