import { MeshError } from '../../../kit/errors/mesh-error.ts';
import { pairsOf, type Reply, textOf } from './reply.ts';
import { clusterRefused, isForbidden } from './reply-fault.ts';

/** Sends a command; rejects with what the server said. */
export type Send = (command: string, ...args: string[]) => Promise<Reply>;

/** What a server must be set to so that an answer means that the events are on its disk, and stay. */
const wanted: Readonly<Record<string, string>> = {
  appendonly: 'yes',
  appendfsync: 'always',
  'no-appendfsync-on-rewrite': 'no',
  'maxmemory-policy': 'noeviction',
};

const lowestVersion = 7;

/**
 * Whether this server keeps what it acknowledges: throws CONFIG_INVALID with what to set if not, or if it can't be told because CONFIG
 * GET is forbidden. With `allowVolatile` only a cluster and a server before 7.0 are refused. A replica's copy counts for nothing here.
 */
export async function checkServer(send: Send, place: string, allowVolatile: boolean): Promise<void> {
  const about = infoOf(textOf(await send('INFO')));
  if (about.get('cluster_enabled') === '1') throw clusterRefused(place);
  const version = about.get('redis_version') ?? '';
  if (Number.parseInt(version, 10) < lowestVersion)
    throw new MeshError(
      'CONFIG_INVALID',
      `Redis at ${place} is version ${version}; the feature store needs 7.0 or later, or Valkey`,
    );
  if (allowVolatile) return;
  const settings = await settingsOf(send);
  if (settings === undefined)
    throw new MeshError(
      'CONFIG_INVALID',
      about.get('aof_enabled') === '0'
        ? `Redis at ${place} would lose events in a crash: it runs with appendonly no; set ${toSet(Object.keys(wanted))}`
        : `Redis at ${place} does not let this process read its settings, so that it is not known whether events are on its disk when it answers; allow the user +config|get`,
    );
  const wrong = Object.keys(wanted).filter((name) => settings.get(name) !== wanted[name]);
  if (wrong.length === 0) return;
  const is = wrong.map((name) => `${name} ${settings.get(name) ?? 'unknown'}`).join(', ');
  throw new MeshError(
    'CONFIG_INVALID',
    `Redis at ${place} would lose events: it runs with ${is}; set ${toSet(wrong)} in its configuration`,
  );
}

async function settingsOf(send: Send): Promise<Map<string, string> | undefined> {
  try {
    const replies = await Promise.all(Object.keys(wanted).map((name) => send('CONFIG', 'GET', name)));
    return new Map(replies.flatMap((reply) => pairsOf(reply)));
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function toSet(names: readonly string[]): string {
  return names.map((name) => `"${name} ${wanted[name]}"`).join(' and ');
}

/** The lines of INFO by their names. */
export function infoOf(text: string): Map<string, string> {
  return new Map(
    text
      .split('\r\n')
      .filter((line) => line.includes(':') && !line.startsWith('#'))
      .map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
}
