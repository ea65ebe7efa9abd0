import { describe, expect, it } from 'vitest';
import { auditContract } from '../../../services/contracts.ts';
import { edgeClient } from '../../../services/kit/rpc/local.ts';
import { echoServices, scoreResponse } from '../../kit/rpc/echo.ts';
import { testClosers } from '../../kit/rpc/processes.ts';
import { createRecorder } from '../../kit/rpc/recorder.ts';
import { startHttp } from './http-fixture.ts';

const closers = testClosers();
const token = 'correct-horse-battery-staple';
const score = '/v1/models/m:score';
const bearer = (given: string) => ({ authorization: `Bearer ${given}` });

/** A server whose route of scores erases somebody: no route of its own calls a method for the administrator. */
async function start(adminToken?: string) {
  const principals: string[] = [];
  const { instruments } = createRecorder();
  const EraseSubject = async () => ({ records: '3', erasureRecordIds: [] });
  const audit = edgeClient(auditContract, echoServices({ audit: { EraseSubject } }, instruments), 'http');
  const http = await startHttp(
    closers,
    {
      scoring: {
        Score: async ({ requestId }, call) => {
          principals.push(call.principal);
          if (requestId !== 'erase') return scoreResponse('p');
          const { records } = await audit.EraseSubject({ subject: 'passenger=P-1', reason: 'r' }, call);
          return scoreResponse(records);
        },
      },
    },
    { adminToken },
  );
  return { ...http, principals };
}

const errorIn = async (response: Response) =>
  ((await response.json()) as { error: Record<string, unknown> }).error;

describe('over HTTP', () => {
  it('a method for the administrator answers who sends the token, and nobody else', async () => {
    const { post, principals } = await start(token);
    const refused = await post(score, { request_id: 'erase' });
    expect(refused.status).toBe(403);
    expect(await errorIn(refused)).toMatchObject({
      status: 'PERMISSION_DENIED',
      reason: 'ADMINISTRATOR_ONLY',
      message: expect.stringContaining('SCOREMESH_ADMIN_TOKEN'),
    });
    const answered = await post(score, { request_id: 'erase' }, bearer(token));
    expect(await answered.json()).toMatchObject({ prediction_id: '3' });
    expect(principals).toEqual(['anonymous', 'administrator']);
  });

  it('a wrong token is refused before any work, and the answer says how to authenticate', async () => {
    const { post, base, principals } = await start(token);
    for (const headers of [bearer('not-the-right-token'), { authorization: 'Basic YTpi' }]) {
      const response = await post(score, {}, headers);
      expect([response.status, response.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
      const error = await errorIn(response);
      expect(error).toMatchObject({ status: 'UNAUTHENTICATED', reason: 'TOKEN_INVALID' });
      expect(JSON.stringify(error)).not.toMatch(/not-the-right|YTpi|correct-horse/);
    }
    const models = await fetch(`${base}/v1/models`, { headers: bearer('not-the-right-token') });
    expect(models.status).toBe(401);
    expect(principals).toEqual([]);
  });

  it('nobody is administrator without the setting, and the header is not looked at', async () => {
    const { post, principals } = await start();
    expect((await post(score, {}, bearer(token))).status).toBe(200);
    expect((await post(score, { request_id: 'erase' }, bearer(token))).status).toBe(403);
    expect(principals).toEqual(['anonymous', 'anonymous']);
  });
});
