import type { ModelChange__Output as ModelChange } from '../../gen/scoremesh/inference/v1/ModelChange.ts';
import type { ModelChangeKind__Output as ModelChangeKind } from '../../gen/scoremesh/inference/v1/ModelChangeKind.ts';
import { createUuids } from '../../kit/uuid.ts';

/** Who is told to have done what the process does by itself. */
export const ownPrincipal = 'scoremesh';

type Kind = ModelChangeKind extends `MODEL_CHANGE_KIND_${infer Name}` ? Exclude<Name, 'UNSPECIFIED'> : never;

/** What is known of a change besides its id and moment. */
export type ChangeFacts = Pick<ModelChange, 'principal' | 'model' | 'version'> &
  Partial<Pick<ModelChange, 'digest' | 'alias' | 'previousVersion' | 'reason'>>;

/** Makes the message of a change that happened now. */
export type ChangeMaker = (kind: Kind, facts: ChangeFacts) => ModelChange;

export function createChangeMaker(): ChangeMaker {
  const nextId = createUuids();
  return (kind, facts) => ({
    changeId: nextId(),
    occurredAtUs: Date.now() * 1000,
    kind: `MODEL_CHANGE_KIND_${kind}`,
    digest: '',
    alias: '',
    previousVersion: 0,
    reason: '',
    ...facts,
  });
}
