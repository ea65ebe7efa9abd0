import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as kinds from '../../../services/kit/config/kinds.ts';

function table<T>(kind: kinds.Kind<T>, accepted: readonly [string, T][], refused: readonly string[]): void {
  test.each(accepted)('accepts %s', (given, value) => {
    expect(kind.parse(given)).toEqual(value);
  });
  test.each(refused.map((given) => [given]))('refuses %s', (given) => {
    expect(kind.parse(given)).toBeUndefined();
  });
}

describe('an integer', () => {
  table(
    kinds.integer(-5, 1000),
    [
      ['7', 7],
      ['+7', 7],
      ['-5', -5],
      ['1000', 1000],
      ['007', 7],
    ],
    ['1001', '-6', '1.0', '1e2', '0x10', '7a', '--7', '١', 'NaN', 'Infinity', '99999999999999999999'],
  );
});

describe('a port', () => {
  table(
    kinds.port(),
    [
      ['0', 0],
      ['8001', 8001],
      ['65535', 65535],
    ],
    ['65536', '-1', '80.0', 'http'],
  );
});

describe('a duration', () => {
  table(
    kinds.duration(1, 86_400_000),
    [
      ['500ms', 500],
      ['5s', 5000],
      ['2.5s', 2500],
      ['1 m', 60_000],
      ['24h', 86_400_000],
      ['1d', 86_400_000],
    ],
    ['500', '0ms', '25h', '5 sec', '-5s', 's', '1e3ms', '5s5s'],
  );
});

describe('a choice', () => {
  table(
    kinds.choice('required', 'deferred'),
    [['deferred', 'deferred']],
    ['Deferred', 'none', 'required,deferred'],
  );
});

describe('a flag', () => {
  table(
    kinds.flag(),
    [
      ['true', true],
      ['FALSE', false],
      ['1', true],
      ['0', false],
    ],
    ['yes', '2', 'toString', '__proto__'],
  );
});

describe('a list', () => {
  table(
    kinds.list(kinds.choice('gateway', 'audit')),
    [
      ['gateway', ['gateway']],
      ['gateway , audit', ['gateway', 'audit']],
    ],
    ['gateway,', ',', 'gateway,gateway', 'gateway,none'],
  );
});

describe('a URL', () => {
  table(
    kinds.url('nats', 'tls'),
    [
      ['nats://localhost:4222', 'nats://localhost:4222'],
      ['tls://a:b@c', 'tls://a:b@c'],
    ],
    ['http://localhost', 'localhost:4222', 'nats://', 'nats', '//localhost'],
  );
});

describe('addresses', () => {
  table(
    kinds.addresses(),
    [
      ['localhost:9000', 'localhost:9000'],
      ['Audit.Mesh.svc:9000', 'audit.mesh.svc:9000'],
      ['10.0.0.1:1, b:2', '10.0.0.1:1,b:2'],
      ['[::1]:9000', '[::1]:9000'],
      ['audit_1:65535', 'audit_1:65535'],
    ],
    [
      'localhost',
      ':9000',
      'localhost:0',
      'localhost:65536',
      '::1:9000',
      '[::g]:1',
      '256.0.0.1:1',
      '1.2.3:4',
      'a:1,a:1',
      'a:1,',
      'http://a:1',
      'a b:1',
      '-a:1',
      'a:1/',
    ],
  );
});

test('no kind throws, and what it accepts it accepts again as it shows it', () => {
  const all: readonly kinds.Kind<unknown>[] = [
    kinds.text(),
    kinds.folder(),
    kinds.integer(-10, 10),
    kinds.port(),
    kinds.duration(0, 1e9),
    kinds.choice('a', 'b'),
    kinds.flag(),
    kinds.list(kinds.integer(0, 99)),
    kinds.addresses(),
  ] as unknown as kinds.Kind<unknown>[];
  const given = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[0-9a-z:.,[\] -]{1,20}$/),
    fc.stringMatching(/^\d{1,4}(\.\d)?(ms|s|m|h|d)?$/),
  );
  fc.assert(
    fc.property(fc.constantFrom(...all), given, (kind, text) => {
      const value = kind.parse(text);
      if (value !== undefined) expect(kind.parse(kind.format(value))).toEqual(value);
    }),
    { numRuns: 3000 },
  );
});

test('the user part of a URL is never shown, well formed or not', () => {
  const kind = kinds.url('nats');
  for (const given of [
    'nats://me:s3cret@host',
    'nats:/me:s3cret@host',
    'me:s3cret@host',
    'nats://a:s3cret@x,nats://b:s3cret@y',
  ])
    expect(kind.mask?.(given)).not.toContain('s3cret');
});
