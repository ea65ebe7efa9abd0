import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { startNatsProcess } from '../../../services/kit/bus/nats-process.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { scratchFolder } from '../../kit/bus/broker.ts';

const files = ['nats-server.conf', 'permissions.conf'] as const;
export type ShippedFile = (typeof files)[number];

export function shipped(file: ShippedFile): Promise<string> {
  return readFile(new URL(`../../../deploy/nats/${file}`, import.meta.url), 'utf8');
}

export type Edit = (content: string) => string;

/** As an operator takes the # from before a block, or a line, whose first line has this in it. */
export function uncommented(first: RegExp): Edit {
  return (content) => {
    let blockIndent: string | undefined;
    const lines = content.split('\n').map((line) => {
      const [, indent = '', rest] = /^( *)# (.*)$/.exec(line) ?? [];
      if (rest === undefined) return line;
      if (blockIndent === undefined && first.test(rest) && /^(\w+ (= )?\{|\{.*\}|\w+: \S+)$/.test(rest)) {
        if (rest.endsWith('{')) blockIndent = indent;
        return `${indent}${rest}`;
      }
      if (blockIndent === undefined) return line;
      if (rest === '}') blockIndent = undefined;
      return `${indent}${rest}`;
    });
    return lines.join('\n');
  };
}

/** A nats-server with a file as it is shipped, but for its edits, its port and where it keeps its streams; resolves to its port. */
export async function startShipped(file: ShippedFile, edit: Edit = (content) => content): Promise<number> {
  const folder = await scratchFolder();
  for (const one of files) await writeFile(join(folder, one), edit(await shipped(one)));
  const config = join(folder, 'server.conf');
  const own = ['host: "127.0.0.1"', 'port: -1', `jetstream { store_dir: ${JSON.stringify(folder)} }`];
  await writeFile(config, `include ${JSON.stringify(file)}\n${own.join('\n')}\n`);
  const server = await startNatsProcess('nats-server', config, silentLog);
  onTestFinished(() => server.stop(2000));
  return server.port;
}
