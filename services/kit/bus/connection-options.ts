import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { checkServerIdentity, type PeerCertificate, type ConnectionOptions as PeerOptions } from 'node:tls';
import { type Authenticator, type ConnectionOptions, credsAuthenticator, type TlsOptions } from 'nats';
import { MeshError } from '../errors/mesh-error.ts';
import { type BusConfig, busDefaults } from './config.ts';

/**
 * What the client needs to connect. Throws CONFIG_INVALID for a file that can't be read, credentials that are none, or half a key pair. Files
 * are read again at each connect, so that renewed certificates and credentials are used without a restart.
 */
export async function connectionOptions(config: BusConfig): Promise<ConnectionOptions> {
  const urls = (config.urls ?? []).map((given) => new URL(given));
  const user = urls.find(({ username }) => username !== '');
  const name = decodeURIComponent(user?.username ?? '');
  const password = decodeURIComponent(user?.password ?? '');
  const token = config.token ?? (password === '' && name !== '' ? name : undefined);
  const tls = await tlsOptions(config, urls);
  const credentials = config.credentialsFile;
  return {
    servers: urls.map(({ host }) => host),
    name: config.name,
    timeout: busDefaults.connectTimeoutMs,
    maxReconnectAttempts: -1,
    ignoreAuthErrorAbort: true,
    reconnectDelayHandler: () => busDefaults.retryMs * (1 + Math.random()),
    pingInterval: busDefaults.pingIntervalMs,
    maxPingOut: 2,
    noAsyncTraces: true,
    ...(token === undefined ? {} : { token }),
    ...(password === '' ? {} : { user: name, pass: password }),
    ...(tls === undefined ? {} : { tls }),
    ...(credentials === undefined ? {} : { authenticator: await credentialsOf(credentials) }),
  };
}

/** Files as paths: the client itself reads them at each connect. Undefined unless TLS is asked for. */
async function tlsOptions(
  { caFile, certFile, keyFile }: BusConfig,
  urls: readonly URL[],
): Promise<TlsOptions | undefined> {
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new MeshError(
      'CONFIG_INVALID',
      'SCOREMESH_NATS_CERT and SCOREMESH_NATS_KEY belong together: set both or neither',
    );
  const files = Object.entries({ caFile, certFile, keyFile }).filter(([, path]) => path !== undefined);
  for (const [, path = ''] of files) await read(path);
  if (files.length === 0 && !urls.some(({ protocol }) => protocol === 'tls:')) return undefined;
  // The client hands on to Node what it doesn't know.
  const options: TlsOptions & Pick<PeerOptions, 'checkServerIdentity'> = {
    ...Object.fromEntries(files),
    checkServerIdentity: identityCheck(urls),
  };
  return options;
}

/**
 * Of a server that is known by its IP address the client tells Node nothing, and Node then looks for "localhost" in the certificate: it has to be
 * for one of the addresses that were configured.
 */
function identityCheck(urls: readonly URL[]): typeof checkServerIdentity {
  const hosts = urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, ''));
  const unnamed = hosts.filter((host) => isIP(host) !== 0 || host === 'localhost');
  return (name: string, certificate: PeerCertificate) => {
    const names = name === 'localhost' && unnamed.length > 0 ? unnamed : [name];
    const failures = names.map((one) => checkServerIdentity(one, certificate));
    return failures.includes(undefined) ? undefined : failures[0];
  };
}

async function credentialsOf(path: string): Promise<Authenticator> {
  let content = await read(path);
  try {
    identify(content);
  } catch {
    // Not as the cause: what the client says of it might show the seed.
    throw new MeshError(
      'CONFIG_INVALID',
      `SCOREMESH_NATS_CREDENTIALS is no credentials file, which has a user's JWT and its seed: ${path}`,
    );
  }
  return credsAuthenticator(() => {
    try {
      const renewed = readFileSync(path);
      identify(renewed);
      content = renewed;
    } catch {
      // It is being written just now, or gone: what it had before may do still.
    }
    return content;
  });
}

/** Throws for what is no credentials file. */
function identify(content: Uint8Array): void {
  credsAuthenticator(content)('nonce');
}

async function read(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new MeshError(
      'CONFIG_INVALID',
      `a file for NATS can't be read: ${(error as Error).message}`,
      {},
      error,
    );
  }
}
