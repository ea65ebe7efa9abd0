import { headers, type NatsConnection } from 'nats';
import type { MeshClient } from '../../../gateway/client/client.ts';
import { patiently } from '../../kit/patiently.ts';

export type Lane = 'high' | 'normal' | 'low';

/** A job that is counted. */
export interface CountedJob {
  readonly id: string;
  readonly tenant: string;
  readonly model: string;
  readonly lane: Lane;
  /** The input; more than a million is out of the model's range. */
  readonly a: number;
  readonly deadlineMs?: number;
}

export const jobs = (
  tenant: string,
  count: number,
  more: (place: number) => Partial<CountedJob> = () => ({}),
): CountedJob[] =>
  Array.from({ length: count }, (_unused, place) => ({
    id: `${tenant}-${place}`,
    tenant,
    model: 'm',
    lane: 'normal' as const,
    a: place,
    ...more(place),
  }));

/** How a job is submitted; it may fail, and is then repeated with the same id. Resolves to whether it was known already. */
export type Submit = (job: CountedJob) => Promise<boolean>;

/** As a plain producer does. */
export function overNats(nats: NatsConnection): Submit {
  const stream = nats.jetstream({ timeout: 2000 });
  return async ({ a, deadlineMs, id, lane, model, tenant }) => {
    const fields = headers();
    fields.set('Nats-Msg-Id', id);
    fields.set('Content-Type', 'application/json');
    if (deadlineMs !== undefined) fields.set('Scoremesh-Deadline', String(deadlineMs));
    const body = JSON.stringify({ inputs: { a } });
    const subject = `scoremesh.jobs.${lane}.${tenant}.${model}`;
    return (await stream.publish(subject, body, { headers: fields })).duplicate;
  };
}

const laneNames = { high: 'JOB_LANE_HIGH', normal: 'JOB_LANE_NORMAL', low: 'JOB_LANE_LOW' } as const;

/** Through the gateway. */
export function overGateway({ scoring }: MeshClient): Submit {
  return async ({ a, deadlineMs, id, lane, model, tenant }) => {
    const { duplicate } = await scoring.SubmitJob(
      {
        jobId: id,
        tenant,
        lane: laneNames[lane],
        request: { model, inputs: { a: { number: a } } },
        ...(deadlineMs === undefined
          ? {}
          : { deadline: { seconds: Math.floor(deadlineMs / 1000), nanos: (deadlineMs % 1000) * 1e6 } }),
      },
      { timeoutMs: 3000 },
    );
    return duplicate;
  };
}

/** Submits all of them, each until it is accepted. Resolves to how many tries failed. */
export async function submitAll(all: Iterable<CountedJob>, submit: Submit, inFlight = 64): Promise<number> {
  const left = all[Symbol.iterator]();
  let failed = 0;
  const count = (): void => {
    failed += 1;
  };
  const one = (job: CountedJob): Promise<unknown> => patiently(() => submit(job), count);
  const lane = async (): Promise<void> => {
    for (let next = left.next(); next.done !== true; next = left.next()) await one(next.value);
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  return failed;
}

/** Jobs that are submitted for as long as a fault takes. */
export interface Producing {
  /** Submits no more; resolves to all that were accepted. */
  stop(): Promise<readonly CountedJob[]>;
}

const burst = 20;
const burstPauseMs = 25;

/** Some hundred jobs a second, as the machine can. */
export function startProducing(
  tenant: string,
  submit: Submit,
  more: (place: number) => Partial<CountedJob> = () => ({}),
): Producing {
  const submitted: CountedJob[] = [];
  let stopped = false;
  const produce = async (): Promise<void> => {
    while (!stopped) {
      const next = jobs(tenant, burst, (place) => {
        const at = submitted.length + place;
        return { id: `${tenant}-${at}`, a: at, ...more(at) };
      });
      submitted.push(...next);
      await submitAll(next, submit);
      await new Promise((resolve) => setTimeout(resolve, burstPauseMs));
    }
  };
  const producing = produce();
  producing.catch(() => {});
  return {
    stop: async () => {
      stopped = true;
      await producing;
      return submitted;
    },
  };
}
