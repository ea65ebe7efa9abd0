import { describe, expect, it } from 'vitest';
import type { Outcome__Output } from '../../services/gen/scoremesh/scoring/v1/Outcome.ts';
import { silentLog } from '../../services/kit/log/log.ts';
import { createUuids } from '../../services/kit/uuid.ts';
import { createAuditTrail } from '../../services/scoring/audit-trail.ts';
import { recordOutcomes } from '../../services/scoring/outcomes.ts';
import { appendRequest, openAudit, recordCodec, temporaryFolder } from '../audit/fixture.ts';
import { createReadableMetrics } from '../inference/mesh-parts.ts';
import { errorOf } from '../kit/rpc/processes.ts';
import { flag, newCall } from './fakes.ts';

const newId = createUuids();

/** Outcomes over a real audit role. */
async function start() {
  const { handlers: audit } = await openAudit({ folder: await temporaryFolder() });
  const trail = createAuditTrail(audit, { log: silentLog, metrics: createReadableMetrics() });
  const predict = async (predictionId = newId(), requestId = '') => {
    const record = recordCodec.encode({ recordId: predictionId, prediction: {} });
    const personal = recordCodec.encode({ prediction: { request: { requestId } } });
    const key = requestId === '' ? {} : { idempotencyKey: `test\n${requestId}` };
    const request = { ...appendRequest({ recordId: predictionId, ...key }), record, personal };
    await audit.Append({ ...request, subject: 'passenger=P-1' }, newCall());
    return predictionId;
  };
  const tell = (...outcomes: Partial<Outcome__Output>[]) =>
    recordOutcomes(
      {
        outcomes: outcomes.map((outcome) => ({
          predictionId: '',
          requestId: '',
          values: {},
          occurredAt: null,
          ...outcome,
        })),
      },
      { audit, trail, newId },
      newCall(),
    );
  const outcomesOf = async (predictionId: string) => {
    const request = { filter: null, pageSize: 0, pageToken: '' };
    const { records } = await audit.QueryRecords(request, newCall());
    const found = records.find(({ record }) => record?.record?.recordId === predictionId);
    return found?.outcomes.map(({ outcome }) => outcome?.values.late?.flag);
  };
  return { audit, predict, tell, outcomesOf };
}

const late = { values: { late: flag(true) } };
const punctual = { values: { late: flag(false) } };

describe('outcomes in the audit log', () => {
  it('are joined, known, corrected and put back, and the prediction has them in order', async () => {
    const { predict, tell, outcomesOf } = await start();
    const predictionId = await predict(newId(), 'r-1');
    const joined = { joined: 1, unknown: 0, duplicate: 0, corrected: 0 };
    expect(await tell({ predictionId, ...late })).toEqual(joined);
    expect(await tell({ requestId: 'r-1', ...late })).toEqual({ ...joined, duplicate: 1 });
    expect(await tell({ requestId: 'r-1', ...punctual })).toEqual({ ...joined, corrected: 1 });
    expect(await tell({ predictionId, ...late })).toEqual({ ...joined, corrected: 1 });
    expect(await outcomesOf(predictionId)).toEqual([true, false, true]);
  });

  it('that come many times at once are recorded once', async () => {
    const { predict, tell, outcomesOf } = await start();
    const predictionId = await predict();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => tell({ predictionId, ...(n === 7 ? punctual : late) })),
    );
    const recorded = answers.filter(({ duplicate }) => duplicate === 0);
    const outcomes = await outcomesOf(predictionId);
    expect(outcomes).toHaveLength(recorded.length);
    expect(recorded.length).toBeLessThanOrEqual(3);
  });

  it('that come before their prediction are joined by its id', async () => {
    const { predict, tell, outcomesOf } = await start();
    const predictionId = newId();
    const unknown = { joined: 0, unknown: 1, duplicate: 0, corrected: 0 };
    expect(await tell({ predictionId, ...late })).toEqual(unknown);
    expect(await tell({ predictionId, ...late })).toEqual(unknown);
    await predict(predictionId);
    expect(await outcomesOf(predictionId)).toEqual([true]);
    expect(await tell({ predictionId, ...late })).toMatchObject({ joined: 1, duplicate: 1 });
  });

  it('of an erased prediction are refused', async () => {
    const { audit, predict, tell } = await start();
    const predictionId = await predict();
    await tell({ predictionId, ...late });
    await audit.EraseSubject({ subject: 'passenger=P-1', reason: 'asked' }, newCall());
    expect(await errorOf(tell({ predictionId, ...punctual }))).toMatchObject({
      reason: 'INVALID_REQUEST',
      details: { violations: [{ field: 'outcomes[0]' }] },
    });
  });
});
