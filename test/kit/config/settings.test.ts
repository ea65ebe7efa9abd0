import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { choice, duration, integer, list, port, text, url } from '../../../services/kit/config/kinds.ts';
import {
  describeSettings,
  optional,
  readSettings,
  secret,
  setting,
} from '../../../services/kit/config/settings.ts';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';

const host = setting('SCOREMESH_HOST', text(), '127.0.0.1', 'Address to listen on.');
const parts = {
  gateway: {
    host,
    grpcPort: setting('SCOREMESH_GRPC_PORT', port(), 8001, 'Port of gRPC.'),
    timeoutMs: setting('SCOREMESH_TIMEOUT', duration(1, 60_000), 5000, 'Longest wait.'),
    roles: setting('SCOREMESH_ROLES', list(choice('gateway', 'audit')), ['gateway'], 'Roles to host.'),
  },
  bus: {
    host,
    natsUrl: optional('SCOREMESH_NATS_URL', url('nats', 'tls'), 'Where NATS is.'),
    token: secret(optional('SCOREMESH_NATS_TOKEN', integer(1, 9), 'Token for NATS.')),
  },
};

function messageOf(environment: Record<string, string>): string {
  try {
    readSettings(parts, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(MeshError);
    expect((error as MeshError).reason).toBe('CONFIG_INVALID');
    return (error as MeshError).message;
  }
  throw new Error('accepted');
}

describe('reading settings', () => {
  test('what is not set, empty or blank has its default', () => {
    expect(
      readSettings(parts, { SCOREMESH_GRPC_PORT: '', SCOREMESH_HOST: '  ', PATH: '/bin', SCOREMESH_OLD: '' }),
    ).toEqual({
      gateway: { host: '127.0.0.1', grpcPort: 8001, timeoutMs: 5000, roles: ['gateway'] },
      bus: { host: '127.0.0.1', natsUrl: undefined, token: undefined },
    });
  });

  test('values are typed and a shared setting reaches each part that has it', () => {
    const settings = readSettings(parts, {
      SCOREMESH_HOST: '0.0.0.0',
      SCOREMESH_GRPC_PORT: ' 9001 ',
      SCOREMESH_ROLES: 'gateway, audit',
      SCOREMESH_TIMEOUT: '250ms',
    });
    const grpcPort: number = settings.gateway.grpcPort;
    const natsUrl: string | undefined = settings.bus.natsUrl;
    const roles: readonly ('gateway' | 'audit')[] = settings.gateway.roles;
    expect([grpcPort, natsUrl, roles]).toEqual([9001, undefined, ['gateway', 'audit']]);
    expect([settings.gateway.host, settings.bus.host]).toEqual(['0.0.0.0', '0.0.0.0']);
  });

  test('what was read can not be changed', () => {
    const settings = readSettings(parts, { SCOREMESH_ROLES: 'audit' });
    expect([settings, settings.gateway, settings.gateway.roles].every(Object.isFrozen)).toBe(true);
  });

  test('every fault is named at once: wrong values with what is accepted, unknown names with what was meant', () => {
    expect(
      messageOf({
        SCOREMESH_GRPC_PORT: '80000',
        SCOREMESH_TIMEOUT: '5',
        SCOREMESH_GPRC_PORT: '1',
        scoremesh_host: 'x',
        SCOREMESH_QUITE_ANOTHER_THING: '1',
      }),
    ).toBe(
      [
        '5 settings can not be used:',
        '  SCOREMESH_GRPC_PORT="80000" is not accepted: give a port from 1 to 65535, or 0 for any free one',
        '  SCOREMESH_TIMEOUT="5" is not accepted: give a duration with its unit (ms, s, m, h, d) from 1ms to 1m',
        '  SCOREMESH_GPRC_PORT is not a setting: did you mean SCOREMESH_GRPC_PORT?',
        '  SCOREMESH_QUITE_ANOTHER_THING is not a setting: see `scoremesh --help` for those that exist',
        '  scoremesh_host is not a setting: did you mean SCOREMESH_HOST?',
      ].join('\n'),
    );
  });

  test('a secret is not in the message, nor is the password of a URL', () => {
    const message = messageOf({
      SCOREMESH_NATS_TOKEN: 'hunter2',
      SCOREMESH_NATS_URL: 'http://me:hunter2@host',
    });
    expect(message).toContain('SCOREMESH_NATS_TOKEN=***');
    expect(message).toContain('***@host');
    expect(message).not.toContain('hunter2');
  });

  test('one name declared by two parts is a bug that shows at once', () => {
    const twice = {
      a: { x: setting('SCOREMESH_X', port(), 1, '') },
      b: { x: setting('SCOREMESH_X', port(), 2, '') },
    };
    expect(() => readSettings(twice, {})).toThrow('SCOREMESH_X is declared twice');
  });

  test('any environment gives settings or CONFIG_INVALID, and names of the mesh are never passed over', () => {
    const name = fc.oneof(
      fc.constantFrom(
        'SCOREMESH_HOST',
        'SCOREMESH_GRPC_PORT',
        'SCOREMESH_ROLES',
        'SCOREMESH_NATS_URL',
        'SCOREMESH_NATS_TOKEN',
      ),
      fc.string().map((rest) => `SCOREMESH_${rest}`),
      fc.constantFrom('__proto__', 'constructor', 'SCOREMESH___proto__'),
      fc.string(),
    );
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.string({ unit: 'binary' }), { noNullPrototype: false }),
        (environment) => {
          const known = new Set(
            Object.values(parts).flatMap((part) => Object.values(part).map((found) => found.name as string)),
          );
          const stray = Object.keys(environment).some(
            (key) => /^scoremesh_/i.test(key) && !known.has(key) && environment[key]?.trim(),
          );
          try {
            readSettings(parts, environment);
            expect(stray).toBe(false);
          } catch (error) {
            expect(error).toBeInstanceOf(MeshError);
          }
        },
      ),
      { numRuns: 1000 },
    );
  });
});

test('the description has every setting once, with its default, and no secret default', () => {
  const described = describeSettings({
    ...parts,
    more: { key: secret(setting('SCOREMESH_KEY', text(), 'hunter2', 'A key.')) },
  });
  expect(described.match(/SCOREMESH_HOST /g)).toHaveLength(1);
  expect(described).toContain('SCOREMESH_TIMEOUT (5s)\n    Longest wait.\n    Takes a duration');
  expect(described).toContain('SCOREMESH_NATS_URL (not set)');
  expect(described).toContain('SCOREMESH_KEY (***)');
});
