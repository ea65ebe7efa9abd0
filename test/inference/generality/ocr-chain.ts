import type { ImageData } from '@napi-rs/canvas';
import { type Box, cut, planes } from './pixels.ts';

/** Runs a model of the chain on its one input "x" and answers its one output. */
export type RunModel = (
  model: 'detection' | 'direction' | 'recognition',
  shape: readonly number[],
  x: Float32Array,
) => Promise<{ readonly shape: readonly number[]; readonly data: Float32Array }>;

// What PaddleOCR gives its PP-OCRv4 models by default: tools/infer/utility.py and the predict_*.py beside it.
const imageNet = { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] } as const;
const half = [0.5, 0.5, 0.5] as const;
const textAbove = 0.3;
const boxAbove = 0.6;
const unclipRatio = 1.5;
const turnAbove = 0.9;
const recognitionHeight = 48;
const directionSize = { height: 48, width: 192 } as const;

/** The lines of text on a page, from top to bottom: PaddleOCR's detection, direction and recognition one after the other. */
export async function readPage(page: ImageData, keys: readonly string[], run: RunModel): Promise<string[]> {
  const lines: string[] = [];
  for (const box of await detect(page, run))
    lines.push(await recognise(page, box, await isUpsideDown(page, box, run), keys, run));
  return lines;
}

async function detect(page: ImageData, run: RunModel): Promise<Box[]> {
  const { width, height } = page;
  const x = planes(page, imageNet.mean, imageNet.deviation);
  const { data } = await run('detection', [1, 3, height, width], x);
  return regions(data, width, height).map((region) => unclip(region, width, height));
}

/** Boxes around connected pixels that are text, of which the mean is sure enough; by their top. DBPostProcess without rotation. */
function regions(text: Float32Array, width: number, height: number): Box[] {
  const seen = new Uint8Array(text.length);
  const found: Box[] = [];
  for (let start = 0; start < text.length; start++) {
    if (seen[start] === 1 || text[start]! <= textAbove) continue;
    const waiting = [start];
    seen[start] = 1;
    let [left, right, top, bottom, sum, count] = [width, 0, height, 0, 0, 0];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      const [x, y] = [at % width, Math.floor(at / width)];
      [left, right, top, bottom] = [
        Math.min(left, x),
        Math.max(right, x),
        Math.min(top, y),
        Math.max(bottom, y),
      ];
      sum += text[at]!;
      count++;
      const beside = [
        x > 0 && at - 1,
        x < width - 1 && at + 1,
        y > 0 && at - width,
        y < height - 1 && at + width,
      ];
      for (const next of beside) {
        if (next === false || seen[next] === 1 || text[next]! <= textAbove) continue;
        seen[next] = 1;
        waiting.push(next);
      }
    }
    if (sum / count > boxAbove)
      found.push({ x: left, y: top, width: right - left + 1, height: bottom - top + 1 });
  }
  return found.sort((a, b) => a.y - b.y);
}

/** The model marks the core of a line; its border lies area * ratio / perimeter further out. */
function unclip({ x, y, width, height }: Box, pageWidth: number, pageHeight: number): Box {
  const distance = Math.round((width * height * unclipRatio) / (2 * (width + height)));
  const [left, top] = [Math.max(0, x - distance), Math.max(0, y - distance)];
  return {
    x: left,
    y: top,
    width: Math.min(pageWidth, x + width + distance) - left,
    height: Math.min(pageHeight, y + height + distance) - top,
  };
}

async function isUpsideDown(page: ImageData, box: Box, run: RunModel): Promise<boolean> {
  const { height, width } = directionSize;
  const x = planes(cut(page, box, height, width), half, half, width);
  const { data } = await run('direction', [1, 3, height, width], x);
  return data[1]! > turnAbove;
}

async function recognise(
  page: ImageData,
  box: Box,
  turned: boolean,
  keys: readonly string[],
  run: RunModel,
): Promise<string> {
  const line = cut(page, box, recognitionHeight, Number.POSITIVE_INFINITY, turned);
  const { shape, data } = await run('recognition', [1, 3, line.height, line.width], planes(line, half, half));
  return decode(data, shape[2]!, keys);
}

/** Greedy CTC: the likeliest class of each step, repetitions once; class 0 is the blank, the one after the keys a space. */
function decode(steps: Float32Array, classes: number, keys: readonly string[]): string {
  let text = '';
  let last = 0;
  for (let at = 0; at < steps.length; at += classes) {
    const step = steps.subarray(at, at + classes);
    const best = step.indexOf(Math.max(...step));
    if (best !== 0 && best !== last) text += keys[best - 1] ?? ' ';
    last = best;
  }
  return text;
}
