import type { Closers } from '../kit/lifecycle/closers.ts';
import type { Log } from '../kit/log/log.ts';
import type { Metrics } from '../kit/telemetry/metrics.ts';
import type { NoteSigner } from '../kit/transparency/signing-key.ts';
import type { AuditConfig } from './config.ts';
import type { Receipts } from './receipts.ts';
import type { SealingDisk } from './sealing/sealing-disk.ts';
import type { MerkleTree } from './tree/merkle-tree.ts';
import { createWitnesses, type Witnesses } from './tree/witness/witnesses.ts';

export interface WitnessDeps {
  readonly tree: MerkleTree;
  readonly receipts: Receipts;
  readonly signer: NoteSigner;
  /** Of the tree. */
  readonly folder: string;
  readonly stateDisk?: SealingDisk;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** Offers checkpoints to the witnesses of the settings, in the background; undefined where there are none. */
export async function startWitnesses(
  { witnesses, witnessQuorum }: AuditConfig,
  deps: WitnessDeps,
  closers: Closers,
): Promise<Witnesses | undefined> {
  if (witnesses === undefined || witnesses.length === 0) return undefined;
  const { tree, receipts, signer, folder, stateDisk, log, metrics } = deps;
  const started = await createWitnesses({
    witnesses,
    ...(witnessQuorum === undefined ? {} : { quorum: witnessQuorum }),
    logVkey: signer.vkey,
    tree,
    newestCheckpoint: () => (receipts.head.size === 0 ? undefined : receipts.head.checkpoint),
    folder,
    ...(stateDisk === undefined ? {} : { disk: stateDisk }),
    log,
    metrics,
  });
  closers.add('witnesses', () => started.close());
  started.start();
  return started;
}
