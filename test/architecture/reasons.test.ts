import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { Code, catalogue } from '../../services/kit/errors/catalogue.ts';

const proto = readFileSync(new URL('../../proto/scoremesh/error/v1/reason.proto', import.meta.url), 'utf8');

/** Name of each reason in the proto with the gRPC code that its comment starts with. */
function reasonsInProto(): Record<string, string> {
  const entries = [...proto.matchAll(/((?:^[ \t]*\/\/.*\n)+)[ \t]*REASON_(\w+)\s*=\s*\d+/gm)];
  return Object.fromEntries(
    entries
      .map(
        ([, comment = '', name = '']) =>
          [
            name,
            comment
              .trim()
              .replace(/^\/\/\s*/, '')
              .split(':')[0] ?? '',
          ] as const,
      )
      .filter(([name]) => name !== 'UNSPECIFIED'),
  );
}

test('the catalogue and the Reason enum name the same failures with the same gRPC codes', () => {
  expect(Object.keys(reasonsInProto()).length).toBeGreaterThan(30);
  expect(reasonsInProto()).toEqual({ ...catalogue });
});

test('every gRPC code in the catalogue exists', () => {
  expect(Object.values(catalogue).filter((code) => !(code in Code))).toEqual([]);
});
