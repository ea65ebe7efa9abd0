import { createHash, timingSafeEqual } from 'node:crypto';
import type { Method } from '../contract/contract.ts';
import { MeshError } from '../errors/mesh-error.ts';

/** The principal of a caller that says nothing of itself. */
export const anonymous = 'anonymous';
/** The principal of a caller with the administrator's token. */
export const administrator = 'administrator';

/** Who sends this `authorization`: a principal, or TOKEN_INVALID. How long it takes tells nothing of the token. */
export type Authenticate = (authorization: string) => string | MeshError;

/** Knows the administrator by this token. Undefined without one: then nobody is administrator, and nothing has to be looked at. */
export function createAuthenticate(adminToken: string | undefined): Authenticate | undefined {
  if (adminToken === undefined) return undefined;
  const expected = digestOf(adminToken);
  return (authorization) => {
    const [, token = ''] = /^bearer +(\S+)$/i.exec(authorization) ?? [];
    return timingSafeEqual(digestOf(token), expected) ? administrator : tokenInvalid();
  };
}

/** Of any text the same length, which is what timingSafeEqual compares. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

function tokenInvalid(): MeshError {
  return new MeshError(
    'TOKEN_INVALID',
    'the authorization of this call is not "Bearer <token>" with the SCOREMESH_ADMIN_TOKEN of the server: correct it, or leave it out to call as anybody',
  );
}

export function administratorOnly({ path }: Pick<Method, 'path'>): MeshError {
  return new MeshError(
    'ADMINISTRATOR_ONLY',
    `${path} is for the administrator: set SCOREMESH_ADMIN_TOKEN on the server and send it as "authorization: Bearer <token>"; a server without that setting has no administrator`,
  );
}
