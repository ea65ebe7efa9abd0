import type { MeshError } from '../../kit/errors/mesh-error.ts';
import { concatRows, sliceRows, type Tensor } from '../tensors/tensor.ts';
import type { RunAnswer } from './run-request.ts';

/** Rows of a request that are run apart from its others. */
export interface Part {
  readonly tensors: readonly Tensor[];
  readonly rows: number;
}

/** The rows of a request in parts of at most `maxRows`, as views, in their order. */
export function splitRows(tensors: readonly Tensor[], rows: number, maxRows: number): Part[] {
  const parts: Part[] = [];
  for (let start = 0; start < rows; start += maxRows) {
    const count = Math.min(maxRows, rows - start);
    parts.push({ tensors: tensors.map((tensor) => sliceRows(tensor, start, count)), rows: count });
  }
  return parts;
}

/** Waits for the answers to all parts of a request. */
export class PartAnswers {
  readonly #answers: (RunAnswer | undefined)[];
  readonly #onEnd: (outcome: RunAnswer | MeshError) => void;
  #missing: number;

  /** `onEnd` is told once: of the joined answer after the last part's, or of the first failure. */
  constructor(parts: number, onEnd: (outcome: RunAnswer | MeshError) => void) {
    this.#answers = new Array(parts).fill(undefined);
    this.#missing = parts;
    this.#onEnd = onEnd;
  }

  answer(part: number, answer: RunAnswer): void {
    if (this.#missing === 0) return;
    this.#answers[part] = answer;
    this.#missing--;
    if (this.#missing === 0) this.#onEnd(joinAnswers(this.#answers.filter((known) => known !== undefined)));
  }

  fail(error: MeshError): void {
    if (this.#missing === 0) return;
    this.#missing = 0;
    this.#onEnd(error);
  }
}

/** The answers to all parts, in their order, as the answer to the whole. */
function joinAnswers(answers: readonly RunAnswer[]): RunAnswer {
  const [first] = answers;
  if (first === undefined) throw new Error('nothing to join');
  const sum = (of: (answer: RunAnswer) => number): number =>
    answers.reduce((total, answer) => total + of(answer), 0);
  return {
    ...first,
    tensors: first.tensors.map((_, output) =>
      concatRows(answers.map(({ tensors }) => tensors[output] as Tensor)),
    ),
    times: {
      queueMs: first.times.queueMs,
      inputMs: sum(({ times }) => times.inputMs),
      inferMs: sum(({ times }) => times.inferMs),
      outputMs: sum(({ times }) => times.outputMs),
    },
  };
}
