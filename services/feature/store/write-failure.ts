import { MeshError } from '../../kit/errors/mesh-error.ts';
import { diskRetryMs } from '../config.ts';

/** ENOSPC, EDQUOT, EFBIG, MDB_MAP_FULL; and EIO, which is how LMDB calls the short write that a full disk begins with. */
const fullCodes: ReadonlySet<unknown> = new Set([28, 122, 27, -30792, 5, 'ENOSPC', 'EDQUOT', 'EFBIG']);

/** What a failed write means: FEATURE_STORE_FULL if there was no room, else the error itself. */
export async function writeFailure(error: unknown): Promise<unknown> {
  const reason: unknown = await commitError(error);
  if (!fullCodes.has(codeOf(reason))) return reason;
  return new MeshError(
    'FEATURE_STORE_FULL',
    `the feature store can't write to its disk (${briefly(reason)}); make space and send the events again: none of them was stored`,
    { retryAfterMs: diskRetryMs },
    reason,
  );
}

/** The library rejects with a general error that carries a promise of the real one, which must be handled too. */
async function commitError(error: unknown): Promise<unknown> {
  if (!(error instanceof Error && 'commitError' in error)) return error;
  try {
    return await error.commitError;
  } catch (cause) {
    return cause;
  }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined;
}

/** The library puts addresses behind what the system said. */
function briefly(error: unknown): string {
  return messageOf(error).split(/[:,]/)[0] ?? '';
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
