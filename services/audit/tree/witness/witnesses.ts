import { MeshError } from '../../../kit/errors/mesh-error.ts';
import type { Log } from '../../../kit/log/log.ts';
import type { Metrics } from '../../../kit/telemetry/metrics.ts';
import { parseCheckpoint } from '../../../kit/transparency/checkpoint.ts';
import { parseNote } from '../../../kit/transparency/note.ts';
import { parseVerifierKey, signatureTypes } from '../../../kit/transparency/verifier-key.ts';
import { errorCode } from '../../disk.ts';
import type { MerkleTree } from '../merkle-tree.ts';
import { realTreeDisk, type TreeDisk } from '../tree-disk.ts';
import type { Offer } from './add-checkpoint.ts';
import { type CosignedCheckpoint, CosignedFile } from './cosigned-checkpoint.ts';
import { Witness, type WitnessConfig } from './witness.ts';

export interface WitnessesOptions {
  readonly witnesses: readonly WitnessConfig[];
  /** How many must have cosigned a checkpoint before it counts as cosigned. Default: 1. */
  readonly quorum?: number;
  /** Verifier key of the log. */
  readonly logVkey: string;
  readonly tree: MerkleTree;
  /** The newest signed checkpoint, the whole note; undefined before the first. */
  readonly newestCheckpoint: () => string | undefined;
  /** Folder of the tree; the newest cosigned checkpoint is kept in it. */
  readonly folder: string;
  /** Default: the file system of this host. */
  readonly disk?: TreeDisk;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Between two rounds of offers. Default: 10,000 ms. */
  readonly intervalMs?: number;
  /** For each request. Default: 5000 ms. */
  readonly timeoutMs?: number;
}

export interface Witnesses {
  /** The newest checkpoint that enough witnesses have cosigned; durable. */
  cosigned(): CosignedCheckpoint | undefined;
  /** Begins to offer the newest checkpoint, now and at the interval. */
  start(): void;
  /** Offers the newest checkpoint once. Resolves when every witness has answered or been given up. Never rejects. */
  offer(): Promise<void>;
  /** Ends what is in flight. Idempotent. */
  close(): Promise<void>;
}

const defaultQuorum = 1;
/** A cosigned checkpoint that is this old is as good to an auditor as a fresh one; each offer costs a witness a sync. */
const defaultIntervalMs = 10_000;
const defaultTimeoutMs = 5000;

/**
 * Asks witnesses to cosign the log's checkpoints, in the background: nothing waits for them. CONFIG_INVALID if an address or a key
 * can't be used; STATE_CORRUPT if the checkpoint kept from before does not fit the tree.
 */
export async function createWitnesses(options: WitnessesOptions): Promise<Witnesses> {
  const { folder, log, metrics, newestCheckpoint, tree } = options;
  const intervalMs = options.intervalMs ?? defaultIntervalMs;
  const least = Math.max(1, options.quorum ?? defaultQuorum);
  const offers = metrics.counter(
    'scoremesh_audit_witness_offers_total',
    'Checkpoints offered to witnesses by what became of it: cosigned, unreachable, unknown_log, inconsistent, invalid_answer.',
    ['witness', 'outcome'],
  );
  const witnesses = options.witnesses.map(
    (config) =>
      new Witness(config, {
        intervalMs,
        timeoutMs: options.timeoutMs ?? defaultTimeoutMs,
        log,
        answered: (witness, outcome) => offers.labels(witness, outcome).add(),
      }),
  );
  refuseRepeated(witnesses);
  metrics.gauge(
    'scoremesh_audit_cosigned_size',
    'Entries of the largest tree that a witness has cosigned, as far as is known.',
    ['witness'],
    () => witnesses.map(({ cosignedSize, verifier }) => ({ labels: [verifier.name], value: cosignedSize })),
  );

  const file = new CosignedFile(options.disk ?? realTreeDisk(), folder);
  const verifiers = witnesses.map(({ verifier }) => verifier);
  const kept = await file.read(parseVerifierKey(options.logVkey, signatureTypes.log), verifiers, tree);
  if (kept !== undefined) for (const witness of witnesses) witness.remember(kept.offer);
  let cosigned: CosignedCheckpoint | undefined =
    kept === undefined || kept.signers.length < least
      ? undefined
      : {
          text: kept.offer.text,
          size: kept.offer.checkpoint.size,
          witnesses: kept.signers.map(({ name }) => name),
        };

  const keep = async ({ checkpoint, note, text }: Offer): Promise<void> => {
    const signers = witnesses.filter((witness) => witness.signatureOf(note.text) !== undefined);
    const { size } = checkpoint;
    const isBetter =
      cosigned === undefined ||
      size > cosigned.size ||
      (size === cosigned.size && signers.length > cosigned.witnesses.length);
    if (signers.length < least || !isBetter) return;
    const next = {
      text: text + signers.map((witness) => witness.signatureOf(note.text)).join(''),
      size,
      witnesses: signers.map(({ verifier }) => verifier.name),
    };
    try {
      await file.write(next);
      cosigned = next;
    } catch (error) {
      log.warn('a cosigned checkpoint can not be kept; trying on', { folder, error: errorCode(error) });
    }
  };

  const stop = new AbortController();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  const offerOnce = async (): Promise<void> => {
    const text = newestCheckpoint();
    if (text === undefined || witnesses.length === 0) return;
    const note = parseNote(text);
    const offer = { text, note, checkpoint: parseCheckpoint(note.text) };
    // The empty tree says nothing.
    if (offer.checkpoint.size === 0) return;
    await Promise.all(witnesses.map((witness) => witness.offer(offer, tree, stop.signal)));
    await keep(offer);
  };
  const offer = async (): Promise<void> => {
    running ??= offerOnce().finally(() => {
      running = undefined;
    });
    await running;
  };
  const goOn = (): void => {
    if (stop.signal.aborted) return;
    offer()
      .catch((error: unknown) => log.error('offering a checkpoint to witnesses failed', { error }))
      .finally(() => {
        if (!stop.signal.aborted) timer = setTimeout(goOn, intervalMs);
      });
  };
  return {
    cosigned: () => cosigned,
    start: goOn,
    offer,
    close: async () => {
      stop.abort();
      clearTimeout(timer);
      await running?.catch(() => {});
    },
  };
}

/** One witness under two names or addresses would count twice. */
function refuseRepeated(witnesses: readonly Witness[]): void {
  const names = new Map<string, string>();
  for (const { verifier } of witnesses) {
    const key = verifier.vkey.slice(verifier.vkey.lastIndexOf('+'));
    const other = names.get(key);
    if (other !== undefined)
      throw new MeshError(
        'CONFIG_INVALID',
        `the witnesses ${other} and ${verifier.name} have the same key, and are one: name it once`,
      );
    names.set(key, verifier.name);
  }
}
