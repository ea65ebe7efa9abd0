import { join } from 'node:path';
import { type BackUpManifest, backUpStore, restoreStore } from './feature/store/back-up.ts';

/** Copies the feature store in a state folder as it is at one moment; see backUpStore. */
export function backUpFeatures(
  dataFolder: string,
  target: string,
  softwareVersion: string,
): Promise<BackUpManifest> {
  return backUpStore(join(dataFolder, 'features'), target, softwareVersion);
}

/** Makes the feature store of a state folder, which has none, of a back-up; see restoreStore. */
export function restoreFeatures(backUp: string, dataFolder: string): Promise<BackUpManifest> {
  return restoreStore(backUp, join(dataFolder, 'features'));
}
