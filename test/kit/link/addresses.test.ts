import { describe, expect, it } from 'vitest';
import { parseAddresses, resolveAddresses } from '../../../services/kit/link/addresses.ts';

describe('a list of addresses', () => {
  it('names each host and port, IPv6 in brackets', () => {
    expect(parseAddresses('feature-1:8001, feature-2:9001,[::1]:1')).toEqual([
      { host: 'feature-1', port: 8001 },
      { host: 'feature-2', port: 9001 },
      { host: '::1', port: 1 },
    ]);
  });

  it('stands for every record of its names, each once', async () => {
    const records: Record<string, string[]> = { one: ['10.0.0.2', '10.0.0.1', 'fd00::1'], two: ['10.0.0.1'] };
    const found = await resolveAddresses(
      'one:1,two:1,two:2,10.0.0.9:1,gone:1',
      async (host) => records[host] ?? [],
    );
    expect(found).toEqual(['10.0.0.1:1', '10.0.0.1:2', '10.0.0.2:1', '10.0.0.9:1', '[fd00::1]:1']);
  });

  it('resolves a name of this machine', async () => {
    expect((await resolveAddresses('localhost:1')).length).toBeGreaterThan(0);
  });

  it('is empty where nothing resolves', async () => {
    expect(await resolveAddresses('does-not-exist.invalid:1')).toEqual([]);
  });
});
