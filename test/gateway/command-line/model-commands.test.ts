import { describe, expect, it } from 'vitest';
import { runHere } from './in-process.ts';

describe('the commands of models', () => {
  it.each([
    ['dance', /too many arguments|unknown command/],
    ['list dance', /too many arguments/],
    ['register', /missing required argument 'name'/],
    ['register w', /--file.*--path/],
    ['register w --path x --file y', /--path names a folder of the server/],
    ['register w --version latest --file x', /give a version, a whole number from 1/],
    ['register w --version 4294967296 --file x', /give a version/],
    ['load', /missing required argument 'name'/],
    ['load w -1', /give a version/],
    ['unload w 0', /give a version/],
    ['alias w champion', /missing required argument 'version'/],
    ['alias w champion latest', /give a version/],
    ['rollback w', /missing required argument 'alias'/],
    ['show', /missing required argument 'model'/],
    ['watch --timeout soon', /give milliseconds/],
  ])('end with 2 on wrong usage: %s', async (command, message) => {
    const { code, err } = await runHere('models', ...command.split(' '));
    expect(err).toMatch(message);
    expect(code).toBe(2);
  });

  it('name a file that can not be read, before anything is called', async () => {
    const { code, err } = await runHere('models', 'register', 'm', '--file', '/absent/model.onnx');
    expect(code).toBe(1);
    expect(err).toContain("--file: '/absent/model.onnx' can't be read: ENOENT");
  });

  it('leave the version of the program to the program', async () => {
    expect((await runHere('--version')).out).toBe('1.2.3\n');
  });
});
