import type { Value } from '../../../services/gen/scoremesh/scoring/v1/Value.ts';
import { cellMs, cellText } from '../../files/cell-text.ts';
import type { Cell, ColumnType } from '../../files/table.ts';
import { isInt64 } from '../../http/score-json.ts';

const decimal = /^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/;

/**
 * A cell as a value of this datatype. What does not fit is sent as it is: the mesh checks every value and keeps the event in its
 * quarantine, with the reason.
 */
export function fieldValue(cell: Cell, datatype: string, type?: ColumnType): Value {
  if (cell === null) return {};
  if (typeof cell === 'string') return valueOfText(cell, datatype);
  if (typeof cell === 'boolean') return { flag: cell };
  const ms = cellMs(cell, type);
  if (ms !== undefined) return datatype === 'BYTES' ? { text: cellText(cell, type) ?? '' } : { number: ms };
  if (typeof cell === 'number') return { number: cell };
  // A wide integer in a field of doubles is for the mesh to refuse.
  return datatype.startsWith('FP') && BigInt(Number(cell)) === cell
    ? { number: Number(cell) }
    : { integer: String(cell) };
}

function valueOfText(text: string, datatype: string): Value {
  if (datatype === 'INT64' && isInt64(text)) return { integer: text };
  if (datatype.startsWith('FP') && decimal.test(text)) return { number: Number(text) };
  if (datatype === 'BOOL') return flagOfText(text) ?? { text };
  return { text };
}

/** As spreadsheets, databases and Python write it. */
function flagOfText(text: string): Value | undefined {
  if (/^(?:true|1)$/i.test(text)) return { flag: true };
  return /^(?:false|0)$/i.test(text) ? { flag: false } : undefined;
}
