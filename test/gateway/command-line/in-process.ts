import type { Terminal } from '../../../gateway/command-line/output.ts';
import { type Host, runCommand } from '../../../gateway/command-line/program.ts';

export interface CommandRun {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** What of a command's surroundings a test sets. */
export interface Surroundings {
  readonly host?: Partial<Host>;
  readonly terminal?: Partial<Terminal>;
}

/** Runs a command in this process, which starts faster than one of its own. Without --address nothing answers. */
export function runHere(...args: string[]): Promise<CommandRun> {
  return runIn({}, ...args);
}

export async function runIn({ host, terminal }: Surroundings, ...args: string[]): Promise<CommandRun> {
  let out = '';
  let err = '';
  const noBackUp = async () => ({ sizeBytes: 0, lastIngestMs: 0, sha256: '' });
  const code = await runCommand(
    args,
    {
      version: '1.2.3',
      up: async () => {},
      serve: async () => {},
      settingsHelp: () => '',
      gatewayAddress: () => '127.0.0.1:1',
      adminToken: () => undefined,
      backUpFeatures: noBackUp,
      restoreFeatures: noBackUp,
      auditFolder: () => {
        throw new Error('this test has no audit folder');
      },
      ...host,
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
      ...terminal,
    },
  );
  return { code, out, err };
}
