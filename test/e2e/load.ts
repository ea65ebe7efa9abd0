import { MeshError } from '../../gateway/client/client.ts';
import { flight } from '../contract/flight.ts';
import type { Placed } from '../contract/placements.ts';

/** Scores under way until it is stopped. */
export interface Load {
  /** Ids of predictions that were answered. */
  readonly answered: string[];
  /** Refusals by reason. */
  readonly refused: Map<string, number>;
  /** Errors that no mesh should give: not named, or later than their deadline allows. */
  readonly strange: string[];
  /** Resolves when this many more have been answered. */
  answers(count: number): Promise<void>;
  stop(): Promise<void>;
}

const timeoutMs = 3000;
/** A client on a busy machine hears of its deadline a little later. */
const toleranceMs = 2000;

/** Keeps `inFlight` scores under way. */
export function startLoad(mesh: Placed, inFlight: number): Load {
  const answered: string[] = [];
  const refused = new Map<string, number>();
  const strange: string[] = [];
  const waiters = new Set<() => void>();
  let stopped = false;

  const one = async (): Promise<void> => {
    const startedAt = performance.now();
    try {
      const { predictionId } = await mesh.client.scoring.Score(flight(), { timeoutMs });
      answered.push(predictionId);
      for (const wake of waiters) wake();
    } catch (error) {
      if (!(error instanceof MeshError)) strange.push(String(error));
      else {
        refused.set(error.reason, (refused.get(error.reason) ?? 0) + 1);
        if (error.reason === 'INTERNAL') strange.push(error.message);
      }
    }
    const tookMs = performance.now() - startedAt;
    if (tookMs > timeoutMs + toleranceMs) strange.push(`took ${tookMs} ms`);
  };
  const lane = async (): Promise<void> => {
    while (!stopped) {
      const before = answered.length;
      await one();
      // What is refused at once must not turn into a busy loop.
      if (answered.length === before) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const lanes = Array.from({ length: inFlight }, lane);

  return {
    answered,
    refused,
    strange,
    answers: async (count) => {
      const goal = answered.length + count;
      while (answered.length < goal) {
        await new Promise<void>((resolve) => {
          const wake = (): void => {
            waiters.delete(wake);
            resolve();
          };
          waiters.add(wake);
        });
      }
    },
    stop: async () => {
      stopped = true;
      await Promise.all(lanes);
    },
  };
}

/** Ids of all predictions in the log. */
export async function recordedPredictions(mesh: Placed): Promise<Set<string>> {
  const ids = new Set<string>();
  let pageToken = '';
  do {
    const page = await mesh.client.audit.ListRecords({ pageSize: 1000, pageToken });
    for (const { record } of page.records) if (record?.prediction) ids.add(record.recordId);
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return ids;
}
