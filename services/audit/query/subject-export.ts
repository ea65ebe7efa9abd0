import { setImmediate } from 'node:timers/promises';
import type { AuditContract } from '../../contracts.ts';
import { throwIfUnwanted } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import type { FoundRecord, IndexStore } from '../index/store.ts';
import { readsAtOnce } from './answers.ts';
import { isSubject, subjectFault } from './filter.ts';
import type { QueryDeps } from './queries.ts';

/** Records between two pauses in which the rest of the process has its turn. */
const sliceRecords = 500;

/**
 * All about a data subject, in order of the log: its records, and outcomes of its predictions that came before those and are therefore
 * not sealed under its key. Memory is bounded by the latter, which are few. Each prediction is read twice.
 */
export function createSubjectExport(deps: QueryDeps): Handlers<AuditContract>['ExportSubject'] {
  const { store, answerOf, indexer, tagOf, earlySlots } = deps;
  return async function* ({ subject }, call) {
    throwIfUnwanted(call, 'the subject was looked up');
    if (!isSubject(subject)) throw invalidRequest([{ field: 'subject', description: subjectFault }]);
    await indexer.flush();
    const slot = store.findSubject(tagOf(subject));
    if (slot === undefined) throw nothingAbout(subject);
    const early: FoundRecord[] = [];
    let end = -1;
    for (const records of slicesOf(store, slot)) {
      for (let from = 0; from < records.length; from += readsAtOnce) {
        const predictions = records.slice(from, from + readsAtOnce).filter(isPrediction);
        for (const slots of await Promise.all(predictions.map(earlySlots)))
          for (const slot of slots) early.push(...store.slotRecords(slot));
        throwIfUnwanted(call, 'the export began');
      }
      end = records.at(-1)?.index ?? end;
      await setImmediate();
    }
    early.sort((one, other) => one.index - other.index);
    for (const records of slicesOf(store, slot)) {
      const known = records.filter(({ index }) => index <= end);
      const until = known.length < records.length ? end : (known.at(-1)?.index ?? end);
      const before = early.findIndex(({ index }) => index > until);
      const some = early.splice(0, before < 0 ? early.length : before);
      const ordered = [...known, ...some].sort((one, other) => one.index - other.index);
      for (let from = 0; from < ordered.length; from += readsAtOnce) {
        throwIfUnwanted(call, 'the export was complete');
        const places = ordered.slice(from, from + readsAtOnce);
        for (const record of await Promise.all(places.map(answerOf))) yield { record };
      }
      if (known.length < records.length) break;
    }
    for (const place of early) yield { record: await answerOf(place) };
  };
}

/** The records of a slot, some at a time; each slice is read at once, so that nothing is held open in between. */
function* slicesOf(store: IndexStore, slot: number): Generator<FoundRecord[]> {
  let slice: FoundRecord[];
  let after: number | undefined;
  do {
    slice = [];
    for (const record of store.slotRecords(slot, after)) {
      slice.push(record);
      if (slice.length === sliceRecords) break;
    }
    after = slice.at(-1)?.index;
    if (slice.length > 0) yield slice;
  } while (slice.length === sliceRecords);
}

function isPrediction({ event }: FoundRecord): boolean {
  return event === 'prediction' || event === 'inference';
}

function nothingAbout(subject: string): MeshError {
  const entity = subject.slice(0, subject.indexOf('='));
  return new MeshError(
    'SUBJECT_NOT_FOUND',
    `nothing about this ${entity} can be read in the audit log: it never came, or is erased already`,
  );
}
