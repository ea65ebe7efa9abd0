import { basename } from 'node:path';
import type { ModelConfig__Output as ModelConfig } from '../../../gen/inference/ModelConfig.ts';
import { maxVersion } from '../repository.ts';
import type { VersionPolicy } from '../serving-config.ts';
import { configFile, readConfigFile, unusableConfig } from './config-file.ts';

/** Which versions the config.pbtxt of a model's folder wants: all, if it does not say. Fails with MODEL_INVALID. */
export async function readPolicy(modelFolder: string): Promise<VersionPolicy> {
  const label = basename(modelFolder);
  const config = await readConfigFile(modelFolder, label);
  if (config === undefined) return { kind: 'all' };
  const faults = policyFaults(config);
  if (faults.length > 0) throw unusableConfig(`${label}/${configFile}`, faults);
  return policyOf(config);
}

/** The policy of a configuration without policyFaults. */
export function policyOf({ versionPolicy }: Pick<ModelConfig, 'versionPolicy'>): VersionPolicy {
  if (versionPolicy?.latest) return { kind: 'latest', count: Math.max(1, versionPolicy.latest.numVersions) };
  if (versionPolicy?.specific)
    return { kind: 'specific', versions: versionPolicy.specific.versions.map(Number) };
  return { kind: 'all' };
}

export function policyFaults({ versionPolicy }: Pick<ModelConfig, 'versionPolicy'>): string[] {
  const versions = versionPolicy?.specific?.versions;
  if (versions === undefined) return [];
  if (versions.length === 0)
    return ['version_policy.specific.versions: names no version; list those to serve, or choose all'];
  return versions
    .filter((version) => Number(version) < 1 || Number(version) > maxVersion)
    .map((version) => `version_policy.specific.versions: ${version} is no version; use 1 to ${maxVersion}`);
}
