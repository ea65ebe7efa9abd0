import { ErrorCode } from 'nats';

/** Why no connection was made, and what to do about it. */
export interface ConnectFailure {
  readonly why: string;
  readonly advice: string;
}

export const startIt = 'start nats-server there or correct SCOREMESH_NATS_URL';
const untrusted =
  "set SCOREMESH_NATS_CA to the certificate of the authority that issued the server's, or correct it";
const outOfDate = "renew the server's certificate, or correct the clock of this machine";
const ownCertificate =
  'the server may want a client certificate of an authority that it knows: set SCOREMESH_NATS_CERT and SCOREMESH_NATS_KEY to one and its own key';
const rights =
  'give SCOREMESH_NATS_URL the user and password, SCOREMESH_NATS_TOKEN the token or SCOREMESH_NATS_CREDENTIALS the file that the server knows';

/** By Node's code of an error of TLS, or the client's own. */
const byCode: Readonly<Record<string, readonly [why: string, advice: string]>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: ["the server's certificate is of an unknown authority", untrusted],
  UNABLE_TO_GET_ISSUER_CERT: ["the server's certificate is of an unknown authority", untrusted],
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: ["the server's certificate is of an unknown authority", untrusted],
  SELF_SIGNED_CERT_IN_CHAIN: ["the server's certificate is of an unknown authority", untrusted],
  DEPTH_ZERO_SELF_SIGNED_CERT: ["the server's certificate is its own authority", untrusted],
  CERT_SIGNATURE_FAILURE: ["the server's certificate is of another authority of that name", untrusted],
  CERT_HAS_EXPIRED: ["the server's certificate has expired", outOfDate],
  CERT_NOT_YET_VALID: ["the server's certificate is not valid yet", outOfDate],
  [ErrorCode.Tls]: [
    'the files for TLS can not be used',
    "SCOREMESH_NATS_CERT, its SCOREMESH_NATS_KEY and SCOREMESH_NATS_CA have to be PEM files, and the key the certificate's own",
  ],
  [ErrorCode.ServerOptionNotAvailable]: [
    'the server has no TLS',
    'give it a certificate (tls in its configuration), or take tls:// and SCOREMESH_NATS_CA out of the settings',
  ],
  [ErrorCode.Timeout]: ['the server did not answer in time', ownCertificate],
  [ErrorCode.AuthorizationViolation]: ['the server does not know this user', rights],
  [ErrorCode.AuthenticationTimeout]: ['the server does not know this user', rights],
  [ErrorCode.AuthenticationExpired]: ['what this user identified itself with has expired', rights],
  [ErrorCode.AccountExpired]: ["this user's account has expired", rights],
  [ErrorCode.BadCreds]: ['SCOREMESH_NATS_CREDENTIALS is no credentials file', rights],
};

/** Of whatever was thrown while connecting, or the code that the client tells of. No secret is in it. */
export function connectFailure(error: unknown): ConnectFailure {
  const { code, message } = typeof error === 'string' ? { code: error, message: error } : partsOf(error);
  const [why, advice] = byCode[code] ?? [];
  if (why !== undefined && advice !== undefined) return { why, advice };
  // Names what the certificate is for.
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID')
    return { why: message, advice: 'name the server in SCOREMESH_NATS_URL as its certificate does' };
  if (code.startsWith('ERR_SSL_') || code === 'EPROTO') return { why: message, advice: ownCertificate };
  return { why: message, advice: startIt };
}

function partsOf(error: unknown): { readonly code: string; readonly message: string } {
  if (!(error instanceof Error)) return { code: '', message: String(error) };
  const { code } = error as { readonly code?: unknown };
  return { code: typeof code === 'string' ? code : '', message: error.message };
}
