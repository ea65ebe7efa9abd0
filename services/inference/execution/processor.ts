import { readFile } from 'node:fs/promises';
import { arch, cpus } from 'node:os';

/** Instruction sets that kernels of ONNX Runtime are chosen by (MLAS, oneDNN): others change no bit of an answer. */
const relevantFlags = new Set([
  ...['sse4_1', 'avx', 'avx2', 'fma', 'f16c', 'avx_vnni', 'avx_vnni_int8', 'avx_ne_convert'],
  ...['avx512f', 'avx512bw', 'avx512cd', 'avx512dq', 'avx512vl', 'avx512vbmi', 'avx512_vnni'],
  ...['avx512_bf16', 'avx512_fp16', 'amx_tile', 'amx_int8', 'amx_bf16', 'amx_fp16'],
  ...['asimd', 'asimdhp', 'asimddp', 'fphp', 'bf16', 'i8mm', 'sve', 'sve2', 'svei8mm', 'svebf16', 'sme'],
  ...['vsx', 'vxe', 'vxe2', 'lsx', 'lasx'],
]);

/**
 * Architecture and what the processor offers of instruction sets, sorted, e.g. "x64 avx2 avx512f"; where the platform doesn't tell
 * them, the processor's name instead.
 */
export async function processorOf(): Promise<string> {
  const text = await readFile('/proc/cpuinfo', 'utf8').catch(() => '');
  const flags = instructionSets(text);
  return [arch(), ...(flags.length > 0 ? flags : [cpus()[0]?.model.trim() || 'unknown'])].join(' ');
}

/** The relevant flags that every processor of a Linux /proc/cpuinfo has: a run may be moved from one to another. */
export function instructionSets(cpuinfo: string): string[] {
  let common: Set<string> | undefined;
  for (const [, list = ''] of cpuinfo.matchAll(/^(?:flags|features)[ \t]*:(.*)$/gim)) {
    const flags = new Set(list.trim().split(/\s+/));
    common = common === undefined ? flags : new Set([...common].filter((flag) => flags.has(flag)));
  }
  return [...(common ?? [])].filter((flag) => relevantFlags.has(flag)).sort();
}
