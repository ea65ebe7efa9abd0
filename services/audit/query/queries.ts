import type { AuditContract } from '../../contracts.ts';
import type { QueriedRecord__Output } from '../../gen/scoremesh/audit/v1/QueriedRecord.ts';
import { throwIfUnwanted } from '../../kit/contract/call.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { type FieldViolation, invalidRequest } from '../../kit/errors/mesh-error.ts';
import type { Indexer } from '../index/indexer.ts';
import type { ScannedRecord } from '../index/scan.ts';
import { defaultPageSize, maxPageSize } from '../list.ts';
import type { Location } from '../log/commit.ts';
import { type AnswerDeps, queried, readsAtOnce, roughBytes } from './answers.ts';
import { filterText, parseFilter } from './filter.ts';
import { type Place, readPageToken, writePageToken } from './page-token.ts';
import { Search, type SearchDeps } from './search.ts';
import { createSubjectExport } from './subject-export.ts';

export interface QueryDeps extends AnswerDeps, SearchDeps {
  readonly indexer: Pick<Indexer, 'flush'>;
  /** Key slots of what is about a record and came before it. */
  readonly earlySlots: (place: Location) => Promise<readonly number[]>;
}

/** Rows that one page looks through, about half a second of work; beyond it the page ends early and its token goes on. */
const defaultMaxPageRows = 250_000;
/** A page ends early at so many bytes, below the 4 MiB that a gRPC client receives by default. */
const maxPageBytes = 2 * 1024 * 1024;

/** QueryRecords, ExportRecords and ExportSubject. All see every record whose append was answered before they were called. */
export function createQueries(
  deps: QueryDeps,
  maxPageRows = defaultMaxPageRows,
): Pick<Handlers<AuditContract>, 'QueryRecords' | 'ExportRecords' | 'ExportSubject'> {
  const { indexer } = deps;
  return {
    QueryRecords: async (request, call) => {
      throwIfUnwanted(call, 'records were searched');
      const violations: FieldViolation[] = [];
      const filter = parseFilter(request.filter, violations);
      const { pageSize, pageToken } = request;
      if (pageSize > maxPageSize)
        violations.push({
          field: 'page_size',
          description: `${pageSize} is more than ${maxPageSize}; ask for less and follow next_page_token`,
        });
      const text = filterText(filter);
      const after = pageToken === '' ? undefined : readPageToken(pageToken, text);
      if (pageToken !== '' && after === undefined)
        violations.push({
          field: 'page_token',
          description: 'it is not the next_page_token of a page with the same filter; begin again without it',
        });
      if (violations.length > 0) throw invalidRequest(violations);
      await indexer.flush();
      const search = new Search(deps, filter, after);
      const most = pageSize === 0 ? defaultPageSize : pageSize;
      const records: QueriedRecord__Output[] = [];
      const page = (place: Place | undefined) => ({
        records,
        nextPageToken: place === undefined ? '' : writePageToken(place, text),
      });
      let bytes = 0;
      let last: ScannedRecord | undefined;
      while (!search.isDone && records.length < most && search.rows < maxPageRows) {
        const found = await search.next(most - records.length, call);
        for (let from = 0; from < found.length; from += readsAtOnce) {
          throwIfUnwanted(call, 'the page was complete');
          const some = found.slice(from, from + readsAtOnce);
          const answers = await Promise.all(some.map((each) => queried(deps, each, filter.wanted)));
          for (const [at, answer] of answers.entries()) {
            bytes += roughBytes(answer);
            if (answer !== undefined && last !== undefined && bytes > maxPageBytes)
              return page(search.placeAfter(last));
            if (answer !== undefined) records.push(answer);
            last = some[at];
          }
        }
      }
      return page(search.placeAfter(undefined));
    },

    ExportRecords: async function* (request, call) {
      throwIfUnwanted(call, 'records were exported');
      const violations: FieldViolation[] = [];
      const filter = parseFilter(request.filter, violations);
      if (violations.length > 0) throw invalidRequest(violations);
      await indexer.flush();
      const search = new Search(deps, filter, undefined);
      while (!search.isDone) {
        const found = await search.next(Number.POSITIVE_INFINITY, call);
        for (let from = 0; from < found.length; from += readsAtOnce) {
          throwIfUnwanted(call, 'the export was complete');
          const some = found.slice(from, from + readsAtOnce);
          for (const record of await Promise.all(some.map((each) => queried(deps, each, filter.wanted))))
            if (record !== undefined) yield { record };
        }
      }
    },

    ExportSubject: createSubjectExport(deps),
  };
}
