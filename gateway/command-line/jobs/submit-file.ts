import { setMaxListeners } from 'node:events';
import { resolve } from 'node:path';
import { MeshError } from '../../../services/kit/errors/mesh-error.ts';
import { createUuids } from '../../../services/kit/uuid.ts';
import { typedColumns } from '../../files/column-types.ts';
import { openTable } from '../../files/open-table.ts';
import { type Column, fileFault, formatOf, type Table } from '../../files/table.ts';
import { laneOf, timestampOfMs } from '../../http/job-json.ts';
import { createProgress, duration, grouped } from '../features/progress.ts';
import { type CommandContext, withMesh } from '../remote.ts';
import { type FileRunSummary, runFile } from './file-run.ts';
import { resultColumns } from './result-columns.ts';
import { entitiesOf, lacking, mappingOf, namedModel, requestReader } from './row-requests.ts';
import { openRunState, statePath } from './run-state.ts';
import type { SubmitOptions } from './submit-command.ts';

/** `scoremesh jobs submit --file`: a job for each row, and its result beside it. */
export async function submitFile(
  context: CommandContext,
  reference: string,
  file: string,
  out: string,
  options: SubmitOptions,
): Promise<void> {
  const { terminal } = context;
  if (resolve(file) === resolve(out))
    throw fileFault(out, 'would take the place of the rows; give --out another name');
  // Every call under way listens to it.
  setMaxListeners(0, terminal.stop);
  const outFormat = formatOf(out);
  const table = await openTable(file);
  await withMesh(context, options, async (mesh, call) => {
    const model = await namedModel(mesh, reference, call);
    const entities = await entitiesOf(mesh, model, call);
    const mapping = mappingOf(table, reference, model, entities, options);
    for (const what of lacking(mapping, model, entities))
      terminal.err(`${file} has no column for ${what}; --entity and --input name others`);
    const named = options.keep ?? table.columns.map(({ name }) => name);
    // CSV says nothing of types, so that nothing has to be found out.
    const typed = outFormat === 'csv' && table.format !== 'jsonl' ? table.columns : await typedColumns(table);
    const kept = keptColumns(table, typed, options.keep);
    const results = resultColumns(model);
    refuseRepeated(file, [...kept, ...results.map(({ head }) => head)]);
    const usedNames = new Set([
      ...mapping.entities.values(),
      ...[...mapping.inputs.values()].map(({ column }) => column),
    ]);
    const read = table.columns.filter(({ name }) => usedNames.has(name));
    const { deadline, lane, tenant } = options;
    const state = await openRunState(
      out,
      file,
      [reference, tenant, lane, deadline, named, [...mapping.entities], [...mapping.inputs]],
      {
        newRun: options.run === undefined ? createUuids() : () => options.run ?? '',
        resume: options.resume ?? false,
      },
    );
    if (state.done > 0) terminal.err(`going on with run ${state.run}: ${grouped(state.done)} rows are done`);
    const bar = createProgress(terminal, out, 'rows');
    const startedMs = performance.now();
    let summary: FileRunSummary;
    try {
      summary = await runFile(mesh, table, state, {
        out,
        kept,
        results,
        read,
        requestOf: requestReader(mapping, read),
        job: {
          tenant,
          lane: laneOf(lane),
          ...(deadline === undefined ? {} : { deadline: timestampOfMs(deadline) }),
        },
        inFlight: options.inFlight,
        patienceMs: options.patience * 1000,
        call,
        stop: terminal.stop,
        onRows: (share, rows) => bar.at(share, rows),
      });
    } catch (error) {
      bar.clear();
      if (!terminal.stop.aborted) {
        terminal.err(`the run was interrupted; ${statePath(out)} remembers it: go on with --resume`);
        throw error;
      }
      throw new MeshError(
        'CALL_CANCELLED',
        `the run was stopped; ${statePath(out)} remembers it: go on with --resume`,
        {},
        error,
      );
    }
    bar.clear();
    tell(summary, out, performance.now() - startedMs, terminal.out);
  });
}

function tell(
  { firstFailure, rows, states }: FileRunSummary,
  out: string,
  tookMs: number,
  say: (line: string) => void,
): void {
  const counts = [...states].map(([state, count]) => `${grouped(count)} ${state}`).join(', ');
  say(`${out}: ${grouped(rows)} rows${counts === '' ? '' : `: ${counts}`}; ${duration(tookMs)}`);
  if (firstFailure === undefined) return;
  const failed = rows - (states.get('SUCCEEDED') ?? 0);
  throw new MeshError(
    firstFailure.reason,
    `${grouped(failed)} of ${grouped(rows)} rows have no answer; ${out} says why in reason and error, of the first: ${firstFailure.message}`,
    {},
    firstFailure,
  );
}

function keptColumns(table: Table, typed: readonly Column[], keep: readonly string[] | undefined): Column[] {
  if (keep === undefined) return [...typed];
  return keep.map((name) => {
    const column = typed.find((candidate) => candidate.name === name);
    if (column !== undefined) return column;
    throw fileFault(table.path, `has no column "${name}", which --keep names`);
  });
}

function refuseRepeated(path: string, columns: readonly Column[]): void {
  const names = columns.map(({ name }) => name);
  const repeated = names.find((name, index) => names.indexOf(name) !== index);
  if (repeated !== undefined)
    throw fileFault(
      path,
      `has a column "${repeated}", as the results have; choose with --keep the columns that the output keeps`,
    );
}
