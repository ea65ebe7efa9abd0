import { connect } from '../../gateway/client/client.ts';
import type { Effort } from './effort.ts';
import { denseModel } from './models.ts';
import { residentMiB } from './processes.ts';
import { type Finding, progress } from './report.ts';
import { startInference } from './subjects.ts';

const patientMs = 60_000;
/** Loads before the first look: the heap's young generation and the allocator's pools fill first. */
const mostWarmUp = 50;

/** Own memory of the inference role after many loads and unloads of one model, in each placement, against after a few. */
export async function measureMemory({ cycles }: Effort): Promise<Finding[]> {
  const warmUp = Math.min(mostWarmUp, cycles);
  const findings: Finding[] = [];
  for (const placement of ['inline', 'worker'] as const) {
    const bench = await startInference({
      'model/1/model.onnx': denseModel([64, 512, 512, 16]),
      'model/1/model.yaml': `serving:\n  placement: ${placement}\n`,
    });
    const mesh = connect({ address: `127.0.0.1:${bench.port}`, timeoutMs: patientMs });
    const [subject] = bench.processes;
    if (subject === undefined) throw new Error('nothing to measure');
    const memory = (): number => residentMiB(subject).own;
    const cycle = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        if (i % 10 === 0) progress(`memory, ${placement}: load ${i} of ${count}`);
        await mesh.models.UnloadModel({ name: 'model' });
        await mesh.models.LoadModel({ name: 'model' });
      }
    };
    try {
      await cycle(warmUp);
      const before = memory();
      await cycle(cycles);
      const after = memory();
      const perCycle = ((after - before) / cycles) * 1024;
      findings.push({
        name: `own memory after ${cycles} loads and unloads, ${placement}`,
        against: `after ${warmUp}`,
        values: [after / before],
        budget: { atMost: 1.2 },
        detail: `${before.toFixed(0)} MiB, then ${after.toFixed(0)} MiB: ${perCycle.toFixed(1)} KiB a cycle of a 1.2 MiB model`,
      });
    } finally {
      await mesh.close();
      await bench.stop();
    }
  }
  return findings;
}
