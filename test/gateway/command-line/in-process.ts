import { runCommand } from '../../../gateway/command-line/program.ts';

/** Runs a command in this process, which starts faster than one of its own. Without --address nothing answers. */
export async function runHere(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const code = await runCommand(
    args,
    {
      version: '1.2.3',
      up: async () => {},
      serve: async () => {},
      settingsHelp: () => '',
      gatewayAddress: () => '127.0.0.1:1',
    },
    {
      out: (line) => {
        out += `${line}\n`;
      },
      err: (line) => {
        err += `${line}\n`;
      },
      interactive: false,
      redraw: () => {},
      stop: new AbortController().signal,
    },
  );
  return { code, out, err };
}
