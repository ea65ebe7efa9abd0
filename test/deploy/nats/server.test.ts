import { beforeAll, describe, expect, it, vi } from 'vitest';
import { connectBus, natsIsAbsent, scratchFolder } from '../../kit/bus/broker.ts';
import { createAuthority, opensslIsAbsent } from '../../kit/bus/certificates.ts';
import { tryToConnect } from '../../kit/bus/secured-server.ts';
import { type Edit, shipped, startShipped, uncommented } from './shipped-server.ts';

const inOrder =
  (...edits: readonly Edit[]): Edit =>
  (content) =>
    edits.reduce((edited, edit) => edit(edited), content);

describe.skipIf(natsIsAbsent)('the configuration that is shipped', () => {
  beforeAll(() => {
    for (const user of ['PRODUCER', 'GATEWAY', 'WORKER', 'MESH'])
      vi.stubEnv(`SCOREMESH_NATS_${user}_PASSWORD`, `password-of-${user}`);
    return () => vi.unstubAllEnvs();
  });

  it('starts a server with the passwords that it names, and no others', async () => {
    const content = await shipped('nats-server.conf');
    const named = content.match(/^#.*SCOREMESH_NATS_\w+_PASSWORD=/gm)?.join(' ') ?? '';
    expect(named.match(/(?<=NATS_)\w+(?=_PASSWORD=)/g)).toEqual(['PRODUCER', 'GATEWAY', 'WORKER', 'MESH']);
    const port = await startShipped('nats-server.conf');
    const bus = await connectBus(`nats://mesh:password-of-MESH@127.0.0.1:${port}`);
    await bus.ensureStream({
      name: 'SCOREMESH_X',
      subjects: ['scoremesh.x'],
      retention: 'limits',
      storage: 'file',
    });
    expect((await bus.publish('scoremesh.x', new Uint8Array(1))).sequence).toBe(1);
  });

  it.skipIf(opensslIsAbsent)('takes TLS as it shows it, with client certificates too', async () => {
    const authority = createAuthority(await scratchFolder(), 'ours');
    const server = authority.issue('server', 'DNS:localhost');
    const client = authority.issue('client', 'DNS:worker');
    const files: Edit = (content) =>
      content
        .replace('"/etc/nats/server.pem"', JSON.stringify(server.cert))
        .replace('"/etc/nats/server-key.pem"', JSON.stringify(server.key))
        .replace('"/etc/nats/ca.pem"', JSON.stringify(authority.cert));
    const oneWay = await startShipped('nats-server.conf', inOrder(uncommented(/^tls \{/), files));
    const bothWays = await startShipped(
      'nats-server.conf',
      inOrder(uncommented(/^tls \{/), uncommented(/^ca_file|^verify/), files),
    );
    const config = (port: number) => ({
      urls: [`tls://worker:password-of-WORKER@localhost:${port}`],
      caFile: authority.cert,
    });
    await (await tryToConnect(config(oneWay))).connected();
    const shown = { certFile: client.cert, keyFile: client.key };
    await (await tryToConnect({ ...config(bothWays), ...shown })).connected();
    await (await tryToConnect(config(bothWays))).failed(/SCOREMESH_NATS_CERT/);
  });

  it('takes a cluster as it shows it', async () => {
    vi.stubEnv('SCOREMESH_NATS_ROUTE_PASSWORD', 'secret');
    const here: Edit = (content) =>
      content.replace('port: 6222', 'port: -1').replaceAll(/nats-\d\.internal:6222/g, '127.0.0.1:9');
    const edit = inOrder(uncommented(/^server_name|^cluster \{/), here);
    const port = await startShipped('nats-server.conf', edit);
    await (await tryToConnect({ urls: [`nats://worker:password-of-WORKER@127.0.0.1:${port}`] })).connected();
  });
});
