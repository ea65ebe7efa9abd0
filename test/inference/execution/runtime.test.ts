import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instructionSets } from '../../../services/inference/execution/processor.ts';
import { mappedLibrary, runtimeOfProcess } from '../../../services/inference/execution/runtime.ts';
import { loadSession } from '../../../services/inference/execution/session.ts';
import { linearModel } from '../onnx-models.ts';

describe('what models run on', () => {
  it('names the library by the digest of the file that is loaded, and the processor', async () => {
    loadSession(linearModel([1], 0)).close();
    const runtime = await runtimeOfProcess();
    expect(runtime).toEqual({
      library: expect.stringMatching(/^onnxruntime-node \d+\.\d+\.\d+$/),
      libraryDigest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      provider: 'cpu',
      threads: 1,
      optimization: 'all',
      processor: expect.stringMatching(new RegExp(`^${arch()} \\S`)),
    });
    expect(await runtimeOfProcess()).toBe(runtime);
  });

  it.runIf(platform() === 'linux')('digests the very library that the package brings', async () => {
    loadSession(linearModel([1], 0)).close();
    const main = createRequire(import.meta.url).resolve('onnxruntime-node');
    const file = join(dirname(main), '..', 'bin', 'napi-v6', 'linux', arch(), 'libonnxruntime.so.1');
    const digest = createHash('sha256').update(readFileSync(file)).digest('hex');
    expect((await runtimeOfProcess()).libraryDigest).toBe(`sha256:${digest}`);
  });
});

describe('the library among what is mapped', () => {
  const line = (path: string): string => `7f10-7f20 r-xp 00000000 08:01 1234    ${path}`;

  it('is neither its binding nor a provider, wherever it stands', () => {
    const maps = [
      '7ffd-7ffe rw-p 00000000 00:00 0    [stack]',
      '7ffd-7ffe rw-p 00000000 00:00 0',
      line('/a/onnxruntime_binding.node'),
      line('/a/libonnxruntime_providers_shared.so'),
      line('/my models/libonnxruntime.so.1'),
    ];
    expect(mappedLibrary(maps.join('\n'))).toBe('/my models/libonnxruntime.so.1');
    expect(mappedLibrary(maps.slice(0, 4).join('\n'))).toBeUndefined();
  });

  it('is unknown when its file was replaced since', () => {
    expect(mappedLibrary(line('/a/libonnxruntime.so.1 (deleted)'))).toBeUndefined();
  });
});

describe('instruction sets', () => {
  it('are those that kernels are chosen by, sorted', () => {
    expect(instructionSets('processor\t: 0\nflags\t\t: fpu fma avx2 sse2 avx512f\n')).toEqual([
      'avx2',
      'avx512f',
      'fma',
    ]);
    expect(instructionSets('Features\t: fp asimd asimddp crc32\n')).toEqual(['asimd', 'asimddp']);
    expect(instructionSets('vmx flags\t: avx2\n')).toEqual([]);
  });

  it('are those that all processors have', () => {
    const list = fc.subarray(['avx', 'avx2', 'avx512f', 'fma', 'sse2']);
    fc.assert(
      fc.property(fc.array(list, { minLength: 1, maxLength: 4 }), (processors) => {
        const text = processors.map((flags) => `flags\t\t: ${flags.join(' ')}\n`).join('\n');
        const common = ['avx', 'avx2', 'avx512f', 'fma'].filter((flag) =>
          processors.every((flags) => flags.includes(flag)),
        );
        expect(instructionSets(text)).toEqual(common);
      }),
    );
  });
});
