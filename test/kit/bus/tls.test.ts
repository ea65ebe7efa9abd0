import { existsSync, writeFileSync } from 'node:fs';
import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createBus } from '../../../services/kit/bus/bus.ts';
import { silentLog } from '../../../services/kit/log/log.ts';
import { closersOfTest, natsIsAbsent, scratchFolder } from './broker.ts';
import { createAuthority, opensslIsAbsent } from './certificates.ts';
import { startServerWith, tlsWith, tryToConnect } from './secured-server.ts';

if (opensslIsAbsent) console.warn('TLS to NATS is not tested: install openssl');

const patienceMs = 90_000;
const ours = async () => {
  const folder = await scratchFolder();
  const authority = createAuthority(folder, 'ours');
  return { folder, authority, server: authority.issue('server', 'DNS:localhost') };
};

describe.skipIf(natsIsAbsent || opensslIsAbsent)('TLS to NATS', () => {
  test('a server whose certificate is of the authority in the settings is used, encrypted', async () => {
    const { folder, authority, server } = await ours();
    const { port } = await startServerWith(folder, tlsWith(server));
    for (const scheme of ['tls', 'nats']) {
      const { bus, connected } = await tryToConnect({
        urls: [`${scheme}://localhost:${port}`],
        caFile: authority.cert,
      });
      await connected();
      await bus.ensureStream({ name: 'kept', subjects: ['kept'], retention: 'limits', storage: 'file' });
      expect((await bus.publish('kept', new Uint8Array(3))).stream).toBe('kept');
    }
  });

  test('a server of an unknown authority is refused with what to do, and taken when the file is right', async () => {
    const { folder, authority, server } = await ours();
    const other = createAuthority(folder, 'other');
    const { port } = await startServerWith(folder, tlsWith(server));
    const urls = [`tls://localhost:${port}`];
    const bySystem = await tryToConnect({ urls });
    await bySystem.failed(/unknown authority.*set SCOREMESH_NATS_CA/);
    const caFile = join(folder, 'ca.pem');
    await copyFile(other.cert, caFile);
    const tried = await tryToConnect({ urls, caFile });
    await tried.failed(/unknown authority.*being tried on.*set SCOREMESH_NATS_CA/);
    await copyFile(authority.cert, caFile);
    await tried.connected();
    expect(tried.log().match(/trying on/g)).toHaveLength(1);
  });

  test('a server has to be the one that its certificate names, by its name or its address', async () => {
    const { folder, authority, server } = await ours();
    const [byAddress, elsewhere] = ['127.0.0.1', '127.0.0.2'].map((address) =>
      authority.issue(address, `IP:${address}`),
    );
    const caFile = authority.cert;
    const { port: named } = await startServerWith(folder, tlsWith(server));
    const { port: addressed } = await startServerWith(folder, tlsWith(byAddress!));
    const { port: wrong } = await startServerWith(folder, tlsWith(elsewhere!));
    const right = await tryToConnect({ urls: [`tls://127.0.0.1:${addressed}`], caFile });
    await right.connected();
    // Not "localhost", which Node looks for where no name is known.
    for (const url of [
      `tls://127.0.0.1:${named}`,
      `tls://127.0.0.1:${wrong}`,
      `tls://localhost:${addressed}`,
    ])
      await (await tryToConnect({ urls: [url], caFile })).failed(/name the server.*as its certificate does/);
  });

  test(
    'a client certificate that the server requires is shown; without a right one it is told what is missing',
    async () => {
      const { folder, authority, server } = await ours();
      const [client, strange] = [authority, createAuthority(folder, 'other')].map((issuer) =>
        issuer.issue('client', 'DNS:worker'),
      );
      const verify = `ca_file: ${JSON.stringify(authority.cert)}\n verify: true`;
      const { port } = await startServerWith(folder, tlsWith(server, verify));
      const common = { urls: [`tls://localhost:${port}`], caFile: authority.cert };
      const right = await tryToConnect({ ...common, certFile: client!.cert, keyFile: client!.key });
      await right.connected();
      const cases = [
        { ...common },
        { ...common, certFile: strange!.cert, keyFile: strange!.key },
        { ...common, certFile: client!.cert, keyFile: strange!.key },
      ];
      await Promise.all(
        cases.map(async (config) => {
          const tried = await tryToConnect(config);
          await tried.failed(/SCOREMESH_NATS_CERT/);
          expect(tried.log()).not.toContain('PRIVATE KEY');
        }),
      );
      const half = createBus(
        { ...common, name: 'half', certFile: client!.cert },
        { log: silentLog },
        closersOfTest(),
      );
      await expect(half).rejects.toThrow(/SCOREMESH_NATS_CERT and SCOREMESH_NATS_KEY belong together/);
    },
    patienceMs,
  );

  test(
    'a server that comes back with another certificate is refused, which is told, until that is known',
    async () => {
      const { folder, authority, server } = await ours();
      const other = createAuthority(folder, 'other');
      const caFile = join(folder, 'ca.pem');
      await copyFile(authority.cert, caFile);
      const first = await startServerWith(folder, tlsWith(server));
      const tried = await tryToConnect({ urls: [`tls://localhost:${first.port}`], caFile });
      await tried.connected();
      await first.stop(2000);
      const renewed = tlsWith(other.issue('server', 'DNS:localhost'));
      await startServerWith(folder, renewed, `port: ${first.port}`);
      await tried.failed(/unknown authority.*set SCOREMESH_NATS_CA/);
      await copyFile(other.cert, caFile);
      await tried.connected();
    },
    patienceMs,
  );

  test('a file that can not be read is told at the start', async () => {
    const caFile = join(await scratchFolder(), 'absent.pem');
    expect(existsSync(caFile)).toBe(false);
    const config = { name: 'test', urls: ['tls://localhost:1'], caFile };
    await expect(createBus(config, { log: silentLog }, closersOfTest())).rejects.toMatchObject({
      reason: 'CONFIG_INVALID',
      message: expect.stringContaining(caFile),
    });
    writeFileSync(caFile, 'no certificate');
    await (await tryToConnect(config)).failed(/SCOREMESH_NATS_CA|start nats-server/);
  });

  test('TLS is never left out where it is asked for', async () => {
    const { folder, authority } = await ours();
    const { port } = await startServerWith(folder, 'authorization { token: "sesame-open" }');
    for (const config of [
      { urls: [`tls://localhost:${port}`] },
      { urls: [`nats://localhost:${port}`], caFile: authority.cert },
    ])
      await (await tryToConnect({ ...config, token: 'sesame-open' })).failed(
        /the server has no TLS.*take tls:/,
      );
  });
});
