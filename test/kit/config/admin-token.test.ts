import { expect, test } from 'vitest';
import { bearerToken } from '../../../services/kit/config/kinds.ts';
import { describeSettings, readSettings } from '../../../services/kit/config/settings.ts';
import { meshParts } from '../../../services/mesh-settings.ts';

const token = 'correct-horse-battery-staple';
const refusalOf = (given: string): string => {
  try {
    readSettings(meshParts, { SCOREMESH_ADMIN_TOKEN: given });
  } catch (error) {
    return String((error as Error).message);
  }
  return 'accepted';
};

test('the administrator’s token is read, and not set by default', () => {
  expect(readSettings(meshParts, { SCOREMESH_ADMIN_TOKEN: token }).access).toEqual({ adminToken: token });
  expect(readSettings(meshParts, {}).access).toEqual({ adminToken: undefined });
});

test.each([
  ['short', 'fifteen-letters'],
  ['of two words', 'correct horse battery staple'],
  ['no header can carry', 'päßwörter-eines-administrators'],
  ['with a comma', 'correct,horse,battery,staple'],
])('one that is %s stops the start, and is not shown', (_what, given) => {
  const refusal = refusalOf(given);
  expect(refusal).toContain(
    'SCOREMESH_ADMIN_TOKEN=*** is not accepted: give at least 16 letters, digits and',
  );
  expect(refusal).not.toContain(given);
});

test('what the usual tools make of random bytes is accepted', () => {
  const { parse } = bearerToken(16);
  for (const encoding of ['hex', 'base64', 'base64url'] as const) {
    const made = Buffer.from(Array.from({ length: 31 }, (_, at) => (at * 151) % 256)).toString(encoding);
    expect(parse(made)).toBe(made);
  }
});

test('the list of settings names it without a value', () => {
  expect(describeSettings(meshParts)).toContain('SCOREMESH_ADMIN_TOKEN (not set)\n');
});
