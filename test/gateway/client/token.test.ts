import { expect, it } from 'vitest';
import { connect } from '../../../gateway/client/client.ts';
import type { Call } from '../../../services/kit/contract/call.ts';
import { startProcess, testClosers } from '../../kit/rpc/processes.ts';
import { runIn } from '../command-line/in-process.ts';

const closers = testClosers();
const token = 'correct-horse-battery-staple';

/** A gateway that notes by whom its models were listed. */
async function start() {
  const principals: string[] = [];
  const ListModels = async (_request: unknown, { principal }: Call) => {
    principals.push(principal);
    return { models: [] };
  };
  const { address } = await startProcess(closers, { models: { ListModels } }, { adminToken: token });
  return { address, principals };
}

it.each(['', 'two words', 'päßwört-of-an-admin', 'one-line\n', 'a,b'])(
  'a client refuses a token that can’t be sent (%j), without telling it',
  (given) => {
    let message = '';
    try {
      connect({ address: '127.0.0.1:1', token: given });
    } catch (error) {
      message = String(error);
      expect(error).toMatchObject({
        reason: 'INVALID_REQUEST',
        details: { violations: [{ field: 'token' }] },
      });
    }
    expect(message).toContain('token');
    if (given !== '') expect(message).not.toContain(given);
  },
);

it('a command is known by the token of its surroundings, and takes none on its line', async () => {
  const { address, principals } = await start();
  const args = ['models', '--address', address];
  expect(await runIn({ host: { adminToken: () => token } }, ...args)).toMatchObject({ code: 0 });
  expect(await runIn({}, ...args)).toMatchObject({ code: 0 });
  expect(principals).toEqual(['administrator', 'anonymous']);

  const wrong = await runIn({ host: { adminToken: () => 'not-the-right-token' } }, ...args);
  expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('TOKEN_INVALID') });
  expect(wrong.err).not.toContain('not-the-right-token');
  expect(await runIn({}, ...args, '--token', token)).toMatchObject({ code: 2 });
});
