import { hash } from 'node:crypto';
import { nkeys } from 'nats';

/** An operator with one account, as `nsc` would make it; https://docs.nats.io/running-a-nats-service/configuration/securing_nats/auth_intro/jwt */
export interface Operator {
  /** For the configuration of nats-server: who may connect is in the JWTs. */
  readonly serverLines: readonly string[];
  /** The content of a credentials file, and the seed in it. */
  user(name: string): { readonly file: string; readonly seed: string };
}

type KeyPair = ReturnType<typeof nkeys.createUser>;

const unlimited = { subs: -1, conn: -1, leaf: -1, imports: -1, exports: -1, data: -1, payload: -1 };
const jetStream = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

export function createOperator(): Operator {
  const operator = nkeys.createOperator();
  const account = nkeys.createAccount();
  // JetStream does not start without one.
  const system = nkeys.createAccount();
  const operatorJwt = sign(operator, operator, { name: 'operator', nats: { type: 'operator', version: 2 } });
  const accountJwt = sign(account, operator, {
    name: 'scoring',
    nats: { type: 'account', version: 2, limits: { ...unlimited, ...jetStream, wildcards: true } },
  });
  const systemJwt = sign(system, operator, {
    name: 'SYS',
    nats: { type: 'account', version: 2, limits: { ...unlimited, wildcards: true } },
  });
  return {
    serverLines: [
      `operator: ${operatorJwt}`,
      `system_account: ${system.getPublicKey()}`,
      'resolver: MEMORY',
      `resolver_preload: { ${account.getPublicKey()}: ${accountJwt}, ${system.getPublicKey()}: ${systemJwt} }`,
    ],
    user: (name) => {
      const user = nkeys.createUser();
      const limits = { subs: -1, data: -1, payload: -1 };
      const jwt = sign(user, account, { name, nats: { type: 'user', version: 2, ...limits } });
      const seed = new TextDecoder().decode(user.getSeed());
      return { file: `${framed('NATS USER JWT', jwt)}\n${framed('USER NKEY SEED', seed)}`, seed };
    },
  };
}

function sign(subject: KeyPair, issuer: KeyPair, claims: { name: string; nats: object }): string {
  const all = {
    jti: hash('sha256', subject.getPublicKey()),
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    ...claims,
  };
  const signed = [{ typ: 'JWT', alg: 'ed25519-nkey' }, all].map(encode).join('.');
  const signature = Buffer.from(issuer.sign(Buffer.from(signed)));
  return `${signed}.${signature.toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function framed(title: string, content: string): string {
  return `-----BEGIN ${title}-----\n${content}\n------END ${title}------\n`;
}
