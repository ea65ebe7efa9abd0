import { afterAll, beforeAll, describe } from 'vitest';
import { storeContract } from '../store-contract.ts';
import { openRedis } from './opened-redis-store.ts';
import { type RedisServer, redisIsAbsent, startRedis } from './redis-server.ts';

describe.skipIf(redisIsAbsent)('with a server', () => {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startRedis();
  });
  afterAll(() => server.close());

  storeContract('the store on Redis', () => openRedis({ url: server.url, prefix: `store ${++stores}:` }));
});
