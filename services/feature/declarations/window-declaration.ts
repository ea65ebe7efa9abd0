import { maxTiles } from './bounds.ts';
import type { Datatype, ViewFeature, WindowSource } from './declarations.ts';
import type { Path, Report } from './entry.ts';
import { fieldsOfCondition } from './expression.ts';
import { unknownName } from './reference.ts';
import { datatypeByType, type WindowBody } from './schema.ts';

const minuteMs = 60_000;
const tileChoicesMs = [1, 5, 15, 30, 60, 360, 1440, 7 * 1440].map((minutes) => minutes * minuteMs);
/** Tiles of a window whose declaration names none: the window is at most a twelfth longer than declared. */
const defaultTiles = 12;

/** The longest usual tile that divides the window into at least twelve; else a twelfth of it; else the window. */
export function defaultTileMs(windowMs: number): number {
  const usual = tileChoicesMs.findLast(
    (tileMs) => windowMs % tileMs === 0 && windowMs / tileMs >= defaultTiles,
  );
  if (usual !== undefined && windowMs / usual <= maxTiles) return usual;
  return windowMs % defaultTiles === 0 ? windowMs / defaultTiles : windowMs;
}

/** A feature of a windowed view; undefined if its type can't be told, which is reported. */
export function windowedFeature(
  name: string,
  body: WindowBody,
  fields: ReadonlyMap<string, Datatype>,
  path: Path,
  report: Report,
): ViewFeature | undefined {
  const { aggregate, window: windowMs, tile: tileMs = defaultTileMs(windowMs) } = body;
  const at: Report = (within, message) => report([...path, ...within], message);
  checkTiles(windowMs, tileMs, at);
  checkUse(body, at);
  const source: WindowSource = {
    kind: 'window',
    aggregate,
    field: body.field,
    condition: body.condition,
    where: body.where,
    windowMs,
    tileMs,
  };
  for (const part of ['condition', 'where'] as const)
    fieldsOfCondition(body[part], fields, [...path, part], report);
  const datatype = datatypeOf(body, fields, at);
  return datatype && { name, description: body.description, datatype, source };
}

function checkTiles(windowMs: number, tileMs: number, report: Report): void {
  if (windowMs % tileMs !== 0)
    report(['window'], `${windowMs} ms is no multiple of its tile of ${tileMs} ms`);
  else if (windowMs / tileMs > maxTiles)
    report(
      ['tile'],
      `makes ${windowMs / tileMs} tiles of the window; at most ${maxTiles} may be: take a longer tile`,
    );
}

function checkUse({ aggregate, field, condition }: WindowBody, report: Report): void {
  const needsField = aggregate !== 'count' && aggregate !== 'rate';
  if (needsField && field === undefined) report([], `${aggregate} needs a field`);
  if (!needsField && field !== undefined)
    report(
      ['field'],
      `${aggregate} counts events and takes no field; ${aggregate === 'count' ? 'use where' : 'use condition'}`,
    );
  if (aggregate === 'rate' && condition === undefined) report([], 'rate needs a condition');
  if (aggregate !== 'rate' && condition !== undefined)
    report(['condition'], `is for rate; ${aggregate} takes where`);
}

function datatypeOf(
  { aggregate, field, type }: WindowBody,
  fields: ReadonlyMap<string, Datatype>,
  report: Report,
): Datatype | undefined {
  const fieldType = field === undefined ? undefined : fields.get(field);
  if (field !== undefined && fieldType === undefined) {
    report(['field'], unknownName('field of the stream', field, fields.keys()));
    return undefined;
  }
  if (fieldType !== undefined && !isUsable(aggregate, fieldType)) {
    report(['field'], `${aggregate} is for numbers, and ${field} is ${typeNameOf(fieldType)}`);
    return undefined;
  }
  const own = ownDatatype(aggregate, fieldType ?? 'FP64');
  if (type === undefined || type === own) return own;
  if ((type === 'FP32' || type === 'FP64') && own !== 'BOOL' && own !== 'BYTES') return type;
  report(['type'], `${aggregate} gives ${typeNameOf(own)} here, which is not declared ${typeNameOf(type)}`);
  return undefined;
}

function isUsable(aggregate: WindowSource['aggregate'], datatype: Datatype): boolean {
  return aggregate === 'last' || aggregate === 'distinct' || (datatype !== 'BYTES' && datatype !== 'BOOL');
}

function ownDatatype(aggregate: WindowSource['aggregate'], field: Datatype): Datatype {
  switch (aggregate) {
    case 'count':
    case 'distinct':
      return 'INT64';
    case 'sum':
      return field === 'INT64' ? 'INT64' : 'FP64';
    case 'mean':
    case 'rate':
      return 'FP64';
    default:
      return field;
  }
}

/** As declarations spell it. */
export function typeNameOf(datatype: Datatype): string {
  return Object.entries(datatypeByType).find(([, candidate]) => candidate === datatype)?.[0] ?? datatype;
}
