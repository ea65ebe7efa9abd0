import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Placed, place } from '../contract/placements.ts';
import { scoremesh } from './command.ts';

const adminToken = 'correct-horse-battery-staple';

describe('SCOREMESH_ADMIN_TOKEN', () => {
  let mesh: Placed;
  beforeAll(async () => {
    mesh = await place('local', { adminToken });
  });
  afterAll(() => mesh?.close());

  it.each(['up', 'serve'])(
    'that is too short stops `%s` before anything is opened, and is not shown',
    async (command) => {
      const env = {
        SCOREMESH_ROLES: 'audit',
        SCOREMESH_ADMIN_TOKEN: 'hunter2',
        SCOREMESH_DATA: '/dev/null/data',
      };
      const { code, out, err } = await scoremesh([command], env);
      expect(code).toBe(2);
      expect(err).toContain('SCOREMESH_ADMIN_TOKEN=*** is not accepted: give at least 16');
      expect(out + err).not.toContain('hunter2');
    },
  );

  it('is what a command is known by', async () => {
    const run = (token: string) =>
      scoremesh(['models', '--address', mesh.address], { SCOREMESH_ADMIN_TOKEN: token });
    expect(await run(adminToken)).toMatchObject({ code: 0 });
    const { code, err } = await run('not-the-right-token');
    expect(code).toBe(1);
    expect(err).toContain('TOKEN_INVALID');
    expect(err).not.toContain('not-the-right-token');
  });

  it('is named by --help, without its value', async () => {
    const { out } = await scoremesh(['--help'], { SCOREMESH_ADMIN_TOKEN: adminToken });
    expect(out).toContain('SCOREMESH_ADMIN_TOKEN (not set)');
    expect(out).not.toContain(adminToken);
  });
});
