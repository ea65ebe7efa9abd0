import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Certificates are made with openssl: tests that need them skip where it is absent. */
export const opensslIsAbsent = spawnSync('openssl', ['version']).status !== 0;

/** Paths of PEM files. */
export interface KeyPair {
  readonly cert: string;
  readonly key: string;
}

/** A private certificate authority in a folder. */
export interface Authority {
  readonly cert: string;
  /** A certificate for these names, as openssl writes them: "DNS:localhost,IP:127.0.0.1". */
  issue(name: string, altNames: string): KeyPair;
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];

export function createAuthority(folder: string, name: string): Authority {
  const at = (file: string): string => join(folder, `${name}-${file}`);
  const [cert, key] = [at('ca.pem'), at('ca-key.pem')];
  openssl(['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert]);
  return {
    cert,
    issue: (subject, altNames) => {
      const pair = { cert: at(`${subject}.pem`), key: at(`${subject}-key.pem`) };
      const [request, extensions] = [at(`${subject}.csr`), at(`${subject}.ext`)];
      writeFileSync(extensions, `subjectAltName=${altNames}\nextendedKeyUsage=serverAuth,clientAuth\n`);
      openssl(['req', ...newKey, '-subj', `/CN=${subject}`, '-keyout', pair.key, '-out', request]);
      const issuer = ['-CA', cert, '-CAkey', key, '-CAcreateserial', '-days', '2', '-extfile', extensions];
      openssl(['x509', '-req', '-in', request, ...issuer, '-out', pair.cert]);
      return pair;
    },
  };
}

function openssl(args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
