import { numberOfDecimal } from '../../kit/transparency/text-forms.ts';
import { tileWidth } from './tile.ts';

/** A tile of hashes, or a bundle of entries (c2sp.org/tlog-tiles). */
export interface TilePath {
  /** 0 to 63, or "entries". */
  readonly level: number | 'entries';
  readonly index: number;
  /** Hashes or entries asked for: 256, or fewer of a partial one. */
  readonly width: number;
}

const maxLevel = 63;
const shape = /^tile\/(entries|[0-9]{1,2})\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

/** Reads tile/<L>/<N>[.p/<W>] or tile/entries/<N>[.p/<W>]; undefined for anything else, and for any other way to write it. */
export function parseTilePath(path: string): TilePath | undefined {
  const [, kind = '', digits = '', partial] = shape.exec(path) ?? [];
  const level = kind === 'entries' ? kind : numberOfDecimal(kind);
  if (level === undefined || (level !== 'entries' && level > maxLevel)) return undefined;
  const groups = digits.replaceAll('x', '').split('/');
  const index = Number(groups.join(''));
  if (!Number.isSafeInteger(index) || (groups.length > 1 && groups[0] === '000')) return undefined;
  const width = partial === undefined ? tileWidth : Number(partial);
  if (partial !== undefined && width >= tileWidth) return undefined;
  return { level, index, width };
}

/** The path of a tile, e.g. tile/0/x001/234, or tile/entries/000.p/7 of one that is not full. */
export function tilePath(level: TilePath['level'], index: number, width = tileWidth): string {
  return `tile/${level}/${indexPath(index)}${width < tileWidth ? `.p/${width}` : ''}`;
}

function indexPath(index: number): string {
  const last = String(index % 1000).padStart(3, '0');
  let path = last;
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000))
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  return path;
}
