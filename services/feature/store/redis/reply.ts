/** What a command answers, as the client gives it when it is told to keep bytes. */
export type Reply = Buffer | number | null | readonly Reply[];

export function listOf(reply: Reply | undefined): readonly Reply[] {
  if (Array.isArray(reply)) return reply;
  throw unexpected('a list', reply);
}

export function bytesOf(reply: Reply | undefined): Buffer {
  if (Buffer.isBuffer(reply)) return reply;
  throw unexpected('a text', reply);
}

export function textOf(reply: Reply | undefined): string {
  return typeof reply === 'number' ? String(reply) : bytesOf(reply).toString('utf8');
}

export function numberOf(reply: Reply | undefined): number {
  return Number(textOf(reply));
}

/** A list of names and values as pairs. */
export function pairsOf(reply: Reply | undefined): [name: string, value: string][] {
  const list = listOf(reply);
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < list.length; at += 2) pairs.push([textOf(list[at]), textOf(list[at + 1])]);
  return pairs;
}

function unexpected(wanted: string, reply: Reply | undefined): Error {
  return new Error(
    `Redis answered with ${reply === null ? 'nothing' : typeof reply} where ${wanted} belongs`,
  );
}
