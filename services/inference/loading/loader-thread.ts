import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { parentPort } from 'node:worker_threads';
import { MeshError } from '../../kit/errors/mesh-error.ts';
import { digestOf, readText, readWhole } from '../execution/model-file.ts';
import { loadSession } from '../execution/session.ts';
import { serveThread } from '../execution/thread.ts';
import { describeShape } from '../tensors/model-shape.ts';
import type { TensorInfo } from '../tensors/tensor.ts';
import { nameBatch } from './declared-batch.ts';
import { type GoldenCase, maxGoldenBytes, readGolden } from './golden-cases.ts';
import { type CheckSettings, checkModel, type ModelFindings } from './model-check.ts';
import { type OnnxFacts, scanOnnx } from './onnx-scan.ts';
import { supportFaults } from './onnx-support.ts';

/** What to load. */
export interface LoadAsk {
  readonly model: string;
  readonly version: number;
  readonly folder: string;
  readonly fileName: string;
  readonly maxModelBytes: number;
  /** Whether its configuration says that first dimensions are the batch. */
  readonly declaresBatch: boolean;
  readonly settings: Omit<CheckSettings, 'loops'>;
  /** Its one 32-bit integer becomes 1 to give up. */
  readonly cancel: SharedArrayBuffer;
}

/** What was found out; the session that it was found out with is gone again. */
export interface LoadReport extends ModelFindings {
  readonly digest: string;
  readonly irVersion: number;
  readonly opsets: Readonly<Record<string, number>>;
  readonly inputs: readonly TensorInfo[];
  readonly outputs: readonly TensorInfo[];
  readonly goldenCases: number;
  readonly sizeBytes: number;
  /** The very bytes that were digested and tried, where they are to be loaded in the thread that asks; elsewhere they are read again. */
  readonly bytes: ArrayBuffer | undefined;
}

function serveLoads(): void {
  if (parentPort === null) throw new Error('loader-thread.ts is the entry of a thread');
  serveThread<LoadAsk, LoadReport>(parentPort, {
    answer: (ask) => {
      const report = load(ask);
      return { answer: report, transfer: report.bytes === undefined ? [] : [report.bytes] };
    },
    stop: () => {},
  });
}

function load(ask: LoadAsk): LoadReport {
  const label = `${ask.model}/${ask.version}/${ask.fileName}`;
  const file = readWhole(join(ask.folder, ask.fileName), label, ask.maxModelBytes);
  const digest = digestOf(file);
  const facts = factsOf(file, label);
  const cancelled = new Int32Array(ask.cancel);
  const check = (): void => {
    if (Atomics.load(cancelled, 0) !== 0)
      throw new MeshError('SHUTTING_DOWN', `'${label}' is not needed any more`);
  };
  const session = inFile(label, () => loadSession(file));
  try {
    const { inputs, outputs } = ask.declaresBatch ? nameBatch(session) : session;
    const shape = describeShape(ask.model, inputs, outputs);
    const golden = readCases(ask, shape);
    const settings = { ...ask.settings, loops: hasLoop(facts) };
    const findings = inFile(label, () => checkModel(shape, session.run, golden, settings, check));
    return {
      ...findings,
      digest,
      irVersion: facts.irVersion ?? 0,
      opsets: facts.opsets,
      inputs,
      outputs,
      goldenCases: golden.length,
      sizeBytes: file.length,
      bytes: findings.placement === 'inline' ? (file.buffer as ArrayBuffer) : undefined,
    };
  } finally {
    session.close();
  }
}

function factsOf(file: Buffer, label: string): OnnxFacts {
  const fail = (what: string): MeshError =>
    new MeshError('MODEL_INVALID', `'${label}' can't be used: ${what}`);
  if (file.length === 0) throw fail('it is empty; copy the model again');
  const scan = scanOnnx(file);
  if ('fault' in scan)
    throw fail(
      scan.looksRight
        ? `it is cut short or damaged (${scan.fault}); copy the model again`
        : `it is not an ONNX model (${scan.fault})`,
    );
  const faults = supportFaults(scan.facts);
  if (faults.length > 0) throw fail(faults.join('; '));
  return scan.facts;
}

/** ONNX's own domain has two names. */
function hasLoop({ operators }: OnnxFacts): boolean {
  return operators.has(':Loop') || operators.has('ai.onnx:Loop');
}

function readCases(ask: LoadAsk, shape: ReturnType<typeof describeShape>): GoldenCase[] {
  const label = `${ask.model}/${ask.version}/golden.json`;
  const json = readText(join(ask.folder, 'golden.json'), label, maxGoldenBytes);
  if (json === undefined) return [];
  const golden = readGolden(json, shape);
  if ('cases' in golden) return golden.cases;
  throw new MeshError('MODEL_INVALID', `'${label}' can't be used: ${golden.faults.join('; ')}`);
}

/** Adds the file's name to a failure that does not know it. */
function inFile<T>(label: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof MeshError) || error.reason === 'SHUTTING_DOWN') throw error;
    throw new MeshError('MODEL_INVALID', `'${label}' can't be used: ${error.message}`, {}, error);
  }
}

/**
 * Lets everything else go first where it competes for a processor. On Linux a thread has a priority of its own; elsewhere this would be
 * the process's.
 */
function yieldToOthers(): void {
  if (process.platform === 'linux') setPriority(constants.priority.PRIORITY_LOW);
}

yieldToOthers();
serveLoads();
