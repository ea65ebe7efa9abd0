import { createRequire } from 'node:module';
import { createCanvas, GlobalFonts, type ImageData } from '@napi-rs/canvas';

const require = createRequire(import.meta.url);

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A line of text on a page, upside down if it says so. */
export interface Line {
  readonly text: string;
  readonly upsideDown: boolean;
}

const linePixels = 96;
const fontPixels = 40;

/** Black lines of text on white, in DejaVu Sans. Width and height are multiples of 32, as the detector needs them. */
export function drawPage(lines: readonly Line[], width = 384): ImageData {
  GlobalFonts.registerFromPath(require.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'), 'DejaVu Sans');
  const height = lines.length * linePixels;
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.fillStyle = 'black';
  context.font = `${fontPixels}px "DejaVu Sans"`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const [row, { text, upsideDown }] of lines.entries()) {
    context.save();
    context.translate(width / 2, (row + 0.5) * linePixels);
    if (upsideDown) context.rotate(Math.PI);
    context.fillText(text, 0, 0);
    context.restore();
  }
  return context.getImageData(0, 0, width, height);
}

/** A part of an image, scaled to a height and at most `maxWidth`, turned by half a circle if wanted. */
export function cut(image: ImageData, box: Box, height: number, maxWidth: number, turned = false): ImageData {
  const source = createCanvas(image.width, image.height);
  source.getContext('2d').putImageData(image, 0, 0);
  const width = Math.min(maxWidth, Math.ceil((height * box.width) / box.height));
  const canvas = createCanvas(width, height);
  const context = canvas.getContext('2d');
  if (turned) {
    context.translate(width, height);
    context.rotate(Math.PI);
  }
  context.drawImage(source, box.x, box.y, box.width, box.height, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/**
 * Pixels as planes of (value / 255 - mean) / deviation, blue first as in OpenCV, each `planeWidth` wide and filled up with 0:
 * NormalizeImage and ToCHWImage of PaddleOCR (ppocr/data/imaug/operators.py).
 */
export function planes(
  { data, width, height }: ImageData,
  mean: readonly [number, number, number],
  deviation: readonly [number, number, number],
  planeWidth = width,
): Float32Array {
  const out = new Float32Array(3 * height * planeWidth);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let plane = 0; plane < 3; plane++) {
        const value = data[(y * width + x) * 4 + (2 - plane)]! / 255;
        out[(plane * height + y) * planeWidth + x] = (value - mean[plane]!) / deviation[plane]!;
      }
  return out;
}
