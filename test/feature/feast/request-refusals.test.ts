import { describe, expect, it } from 'vitest';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { ask, type ColumnOf, fakeReads, texts } from './fake-reads.ts';

const oneCount: readonly ColumnOf[] = [{ datatype: 'INT64', cells: [[1, 7n]] }];
const list = (...val: string[]): { features: { val: string[] } } => ({ features: { val } });

describe('GetOnlineFeatures refuses', () => {
  const refusal = async (request: Parameters<typeof ask>[1]): Promise<MeshError> => {
    const reads = fakeReads(oneCount, { name: 's', features: ['a.mean', 'b.mean'], entities: ['k'] });
    try {
      await ask(reads, request);
    } catch (error) {
      expect(reads.asked).toEqual([]);
      expect(error).toBeInstanceOf(MeshError);
      return error as MeshError;
    }
    return expect.unreachable('it was answered');
  };

  it.each([
    ['a request that names no features', {}, /"view:feature", or a feature_service/],
    ['a set without a name', { featureService: '' }, /^feature_service: is empty; name a declared set/],
    ['a list without features', list(), /there are 0; name 1 to 1000/],
    ['more than 1000 features', list(...Array.from({ length: 1001 }, (_, i) => `v:f${i}`)), /there are 1001/],
    ['a name without a view', list('v:f', 'mean'), /features\.val\[1\]: "mean" is not of the form/],
    ['a name of three parts', list('a:b:c'), /"a:b:c" is not of the form/],
    [
      'features of the same short name',
      list('a:mean', 'b:mean'),
      /of a:mean, b:mean; set full_feature_names/,
    ],
    [
      'a set with features of the same short name',
      { featureService: 's' },
      /^feature_service: .* a:mean, b:mean/,
    ],
    [
      'the same feature twice',
      { ...list('a:b', 'a:b'), fullFeatureNames: true },
      /"a__b" .* ask for each once/,
    ],
    ['a feature called like a key', { ...list('v:k'), entities: { k: texts('x') } }, /of entity k, v:k/],
    [
      'columns of different lengths',
      { ...list('v:f'), entities: { a: texts('x', 'y') }, requestContext: { b: texts('z') } },
      /these differ: entities\.a has 2, request_context\.b has 1/,
    ],
    [
      'keys that are neither text nor whole',
      { ...list('v:f'), entities: { a: { val: [{ stringVal: 'x' }, { doubleVal: 1 }] } } },
      /entities\.a\.val\[1\]: is double_val; a key is string_val, int64_val or int32_val/,
    ],
    [
      'more than 10000 rows',
      { ...list('v:f'), entities: { a: { val: Array.from({ length: 10_001 }, () => ({ int32Val: 1 })) } } },
      /there are 10001 rows; ask for at most 10000/,
    ],
  ])('%s', async (_what, request, message) => {
    const error = await refusal(request);
    expect(error.reason).toBe('INVALID_REQUEST');
    expect(error.message).toMatch(message);
  });

  it('an input that is bytes', async () => {
    const reads = fakeReads(oneCount, {
      name: 's',
      features: ['v.f'],
      inputs: [{ name: 'i', datatype: 'BYTES', description: '' }],
    });
    const asking = ask(reads, {
      featureService: 's',
      requestContext: { i: { val: [{ bytesVal: Buffer.of(1) }] } },
    });
    await expect(asking).rejects.toThrow(/request_context\.i\.val\[0\]: is bytes_val/);
  });

  it('an unknown set', async () => {
    expect((await refusal({ featureService: 'nobody' })).reason).toBe('FEATURE_SET_NOT_FOUND');
  });
});
