import { MeshError } from '../../kit/errors/mesh-error.ts';
import { lmdbFile } from '../../kit/storage/lmdb-file.ts';
import { lastTicksName } from './commits.ts';
import type { Environment } from './environment.ts';
import { readJson, writeJson } from './json-records.ts';

/** How keys and values are laid out. 1 had an entry of `ids` for each event, and no record of its format. */
const storeFormat = 2;
const formatName = 'format';

/** Notes the format in a new store. Fails with STATE_CORRUPT for one whose format is another: its events would be misread. */
export async function ensureFormat(environment: Environment, folder: string): Promise<void> {
  const meta = environment.table('meta');
  const noted = readJson<number>(meta, formatName)[0]?.value;
  if (noted === storeFormat) return;
  const isNew = noted === undefined && readJson(meta, lastTicksName).length === 0;
  if (!isNew)
    throw new MeshError(
      'STATE_CORRUPT',
      `the feature store ${lmdbFile(folder)} has format ${noted ?? 1} and this version reads format ${storeFormat} only; run the version that wrote it, or move the file away and ingest again`,
    );
  await environment.write(1, 100, () => writeJson(meta, formatName, storeFormat));
}
