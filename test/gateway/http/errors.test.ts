import { describe, expect, it } from 'vitest';
import { toHttpError } from '../../../gateway/http/errors.ts';
import { catalogue, type Reason } from '../../../services/kit/errors/catalogue.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

describe('an error over HTTP', () => {
  it.each(Object.keys(catalogue) as Reason[])(
    '%s has a status of its kind and no more details than it was given',
    (reason) => {
      const { status, headers, body } = toHttpError(new MeshError(reason, 'm'));
      const isServersFault = [
        'INTERNAL',
        'DATA_LOSS',
        'UNAVAILABLE',
        'DEADLINE_EXCEEDED',
        'UNIMPLEMENTED',
      ].includes(catalogue[reason]);
      expect(Math.floor(status / 100)).toBe(isServersFault ? 5 : 4);
      expect(headers).toEqual(status === 401 ? { 'www-authenticate': 'Bearer' } : {});
      expect(body).toEqual({ error: { code: status, status: catalogue[reason], reason, message: 'm' } });
    },
  );

  it('says in whole seconds when to try again, and exactly in the body', () => {
    const { headers, body } = toHttpError(new MeshError('QUEUE_FULL', 'm', { retryAfterMs: 50 }));
    expect(headers).toEqual({ 'retry-after': '1' });
    expect(body).toMatchObject({ error: { retry_after_ms: 50 } });
  });
});
