import { describe, expect, it } from 'vitest';
import { parseModelYaml } from '../../../services/inference/repository/model-yaml.ts';

describe('serving in model.yaml', () => {
  it('may be left out, and so may all of it', () => {
    expect(parseModelYaml('')).toMatchObject({ value: { audit: 'required' } });
    expect(parseModelYaml('serving: {}')).toMatchObject({ value: { serving: {} } });
  });

  it('keeps what it says', () => {
    expect(
      parseModelYaml('serving: { instances: 2, default_timeout_ms: 2.5, placement: worker }'),
    ).toMatchObject({
      value: { serving: { instances: 2, default_timeout_ms: 2.5, placement: 'worker' } },
    });
  });

  it.each([
    ['{ max_batch_row: 1 }', /serving: .*max_batch_row/],
    ['{ max_batch_rows: 0 }', /serving.max_batch_rows: .*>=1/],
    ['{ max_queued_rows: 1.5 }', /serving.max_queued_rows: .*int/],
    ['{ max_request_rows: 99999999 }', /serving.max_request_rows: .*<=16777216/],
    ['{ max_tensor_bytes: 1e12 }', /serving.max_tensor_bytes: .*<=4294967296/],
    ['{ instances: 65 }', /serving.instances: .*<=64/],
    ['{ placement: gpu }', /serving.placement: .*"inline".*"worker"/],
    ['{ default_timeout_ms: 0 }', /serving.default_timeout_ms: .*>=0.001/],
    ['{ default_priority: 4 }', /serving.default_priority: .*1.*2.*3/],
    ['{ placement: inline, instances: 2 }', /serving: instances is 2, but placement inline has one thread/],
    ['{ max_request_rows: 9, max_queued_rows: 8 }', /serving: max_request_rows 9 is above max_queued_rows 8/],
    ['[]', /serving: .*object/],
  ])('refuses %s', (serving, message) => {
    const parsed = parseModelYaml(`serving: ${serving}`);
    expect('faults' in parsed && parsed.faults.join()).toMatch(message);
  });
});

describe('subject in model.yaml', () => {
  it('is the name of an entity', () => {
    expect(parseModelYaml('subject: passenger')).toMatchObject({ value: { subject: 'passenger' } });
  });

  it.each(['"passenger=7"', '""', '4711', '"a b"', `${'x'.repeat(65)}`])('is not %s', (subject) => {
    const parsed = parseModelYaml(`subject: ${subject}`);
    expect('faults' in parsed && parsed.faults.join()).toMatch(/^subject: /);
  });
});
