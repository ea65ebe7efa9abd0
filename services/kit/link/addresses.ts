import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** Splits "a:1,b:2". The settings have checked the form. */
export function parseAddresses(list: string): { host: string; port: number }[] {
  return list.split(',').map((item) => {
    const colon = item.lastIndexOf(':');
    const host = item
      .slice(0, colon)
      .trim()
      .replace(/^\[|\]$/g, '');
    return { host, port: Number(item.slice(colon + 1)) };
  });
}

/** Every instance that a list of addresses names now: a DNS name stands for each of its records. */
export async function resolveAddresses(list: string, find: typeof lookupAll = lookupAll): Promise<string[]> {
  const found = await Promise.all(
    parseAddresses(list).map(async ({ host, port }) => {
      const hosts = isIP(host) === 0 ? await find(host) : [host];
      return hosts.map((ip) => (isIP(ip) === 6 ? `[${ip}]:${port}` : `${ip}:${port}`));
    }),
  );
  return [...new Set(found.flat())].sort();
}

/** The addresses of a name; none if it does not resolve now. */
async function lookupAll(host: string): Promise<string[]> {
  try {
    const records = await lookup(host, { all: true });
    return records.map(({ address }) => address);
  } catch {
    return [];
  }
}
