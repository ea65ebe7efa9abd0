import type { ModelContract } from '../contracts.ts';
import type { Call } from '../kit/contract/call.ts';
import type { Client, Handlers } from '../kit/contract/contract.ts';
import type { ModelChanges } from './model-changes.ts';

/** Waits until the changes that the registry has made so far are in the log. */
export type ChangesRecorded = (call: Call) => Promise<void>;

/** Asks the registry itself for its newest changes: the followed stream may be behind. */
export function changesRecorded(models: Client<ModelContract>, changes: ModelChanges): ChangesRecorded {
  return async (call) => {
    for await (const { changes: newest } of models.WatchModels({}, call)) {
      changes.add(newest);
      break;
    }
    await changes.settled(call);
  };
}

/** Answers when the records of what changed are durable. A failure is told at once; what it changed is recorded all the same. */
export async function answerRecorded<T>(
  change: Promise<T>,
  recorded: ChangesRecorded,
  call: Call,
): Promise<T> {
  const answer = await change;
  await recorded(call);
  return answer;
}

/** ModelService as the gateway offers it: what changes models is answered when the record of the change is durable. */
export function createRecordedModels(
  models: Client<ModelContract>,
  recorded: ChangesRecorded,
): Handlers<ModelContract> {
  return {
    ...models,
    LoadModel: (request, call) => answerRecorded(models.LoadModel(request, call), recorded, call),
    UnloadModel: (request, call) => answerRecorded(models.UnloadModel(request, call), recorded, call),
    SetAlias: (request, call) => answerRecorded(models.SetAlias(request, call), recorded, call),
    RollbackAlias: (request, call) => answerRecorded(models.RollbackAlias(request, call), recorded, call),
    RegisterModel: async function* (requests, call) {
      for await (const answer of models.RegisterModel(requests, call)) {
        await recorded(call);
        yield answer;
      }
    },
  };
}
