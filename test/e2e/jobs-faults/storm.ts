import { setTimeout as delay } from 'node:timers/promises';
import type { Random } from '../../audit/faults/random.ts';
import { untilReady } from '../../contract/ready.ts';
import type { RoleProcess } from '../../contract/role-process.ts';
import { patiently } from '../../kit/patiently.ts';
import { type Accounts, accountsOf, untilSettled } from './accounts.ts';
import { ackWaitMs, type FaultMesh } from './fault-mesh.ts';
import { type CountedJob, overGateway, overNats, type Submit, submitAll } from './submission.ts';

/** Shorter than the storm, so that jobs come again which NATS does not know any more. */
const duplicateWindowMs = 2000;

/** Of the mesh. */
export const stormSettings = {
  SCOREMESH_JOBS_DUPLICATE_WINDOW: `${duplicateWindowMs}ms`,
  // A model that is away for a moment uses up far fewer, and one that is not there ends its jobs in half a minute.
  SCOREMESH_JOBS_MAX_ATTEMPTS: '7',
};

/** What a job is meant to come to. */
const kinds = {
  good: { share: 0.82, states: ['SUCCEEDED'] },
  invalid: { share: 0.05, states: ['FAILED'] },
  late: { share: 0.03, states: ['EXPIRED'] },
  hasty: { share: 0.03, states: ['EXPIRED', 'SUCCEEDED'] },
  cancelled: { share: 0.05, states: ['CANCELLED', 'SUCCEEDED'] },
  homeless: { share: 0.02, states: ['DEAD'] },
} as const;
type Kind = keyof typeof kinds;

interface StormJob extends CountedJob {
  readonly kind: Kind;
}

export interface StormOptions {
  readonly tenant: string;
  readonly jobs: number;
  readonly perSecond: number;
  /** Longest pause between faults. */
  readonly pauseMs: number;
  /** Faults that come at least. */
  readonly faults: number;
  /** More come until the last job is submitted; else those that are left are submitted as fast as they are taken. */
  readonly untilOver: boolean;
  readonly tell: (text: string) => void;
}

export interface StormResult {
  readonly accounts: Accounts;
  /** How often each fault came. */
  readonly faults: Readonly<Record<string, number>>;
  /** Times that submitting failed and was repeated, and jobs that were submitted again on purpose. */
  readonly repeated: number;
  readonly duplicates: number;
}

/** Jobs of every kind, by NATS and by the gateway, while one fault after the other befalls the mesh; then the accounts. */
export async function storm(mesh: FaultMesh, random: Random, options: StormOptions): Promise<StormResult> {
  const all = Array.from({ length: options.jobs }, (_unused, place) =>
    jobOf(options.tenant, place, kindBy(random.next()), random),
  );
  let isOver = false;
  let isCalm = false;
  const half = { ...options, perSecond: options.perSecond / 2, isCalm: () => isCalm };
  const middle = Math.floor(all.length / 2);
  const [byNats, byGateway] = [overNats(mesh.nats), overGateway(mesh.client)];
  // One waits for a gateway that is away, and the other one goes on.
  const producing = Promise.all([
    produce(mesh, random, all.slice(0, middle), byNats, half),
    produce(mesh, random, all.slice(middle), byGateway, half),
  ]);
  void producing.finally(() => (isOver = true)).catch(() => {});
  const seen: Record<string, number> = {};
  let order: string[] = [];
  for (let count = 0; count < options.faults || (options.untilOver && !isOver); count += 1) {
    if (order.length === 0) order = shuffled(Object.keys(faults), random);
    const name = order.pop() ?? '';
    seen[name] = (seen[name] ?? 0) + 1;
    await delay(random.below(options.pauseMs));
    options.tell(`fault ${count + 1}: ${name}`);
    await faults[name]?.(mesh, random);
  }
  isCalm = true;
  const produced = await producing;
  options.tell('all submitted; waiting for their ends');
  await untilSettled(mesh, options.tenant, all.length);
  const accounts = await accountsOf(mesh, options.tenant, all);
  const wrong = all.flatMap(({ id, kind }) => {
    const state = accounts.results.get(id)?.state.replace('JOB_STATE_', '') ?? 'nothing';
    const meant: readonly string[] = kinds[kind].states;
    const error = accounts.results.get(id)?.error;
    return meant.includes(state) ? [] : [`${kind} job ${id} ended ${state}: ${error?.message}`];
  });
  return {
    accounts: { ...accounts, faults: [...accounts.faults, ...wrong] },
    faults: seen,
    repeated: produced.reduce((sum, { repeated }) => sum + repeated, 0),
    duplicates: produced.reduce((sum, { duplicates }) => sum + duplicates, 0),
  };
}

function kindBy(drawn: number): Kind {
  let sum = 0;
  for (const kind of Object.keys(kinds) as Kind[]) {
    sum += kinds[kind].share;
    if (drawn < sum) return kind;
  }
  return 'good';
}

function jobOf(tenant: string, place: number, kind: Kind, random: Random): StormJob {
  return {
    kind,
    id: `${tenant}-${place}`,
    tenant,
    model: kind === 'homeless' ? 'absent' : 'm',
    lane: random.pick(['high', 'normal', 'low']),
    a: kind === 'invalid' ? 2_000_000 : place,
    ...(kind === 'late' ? { deadlineMs: Date.now() - 60_000 } : {}),
  };
}

const ticksPerSecond = 10;

async function produce(
  mesh: FaultMesh,
  random: Random,
  all: readonly StormJob[],
  submit: Submit,
  { isCalm, perSecond }: { readonly perSecond: number; isCalm(): boolean },
): Promise<{ repeated: number; duplicates: number }> {
  const byNats = overNats(mesh.nats);
  const size = Math.max(1, Math.round(perSecond / ticksPerSecond));
  const again: { readonly at: number; readonly job: CountedJob }[] = [];
  const cancelling: Promise<unknown>[] = [];
  let repeated = 0;
  let duplicates = 0;
  for (let from = 0; from < all.length; from += size) {
    const next = all.slice(from, from + size).map((job) => (job.kind === 'hasty' ? hasten(job) : job));
    const soon = next.filter(() => random.chance(0.1));
    for (const job of next)
      if (random.chance(0.05)) again.push({ at: performance.now() + 2 * duplicateWindowMs, job });
    const due = again.filter(({ at }) => at <= performance.now()).map(({ job }) => job);
    again.splice(0, due.length);
    duplicates += soon.length + due.length;
    repeated += await submitAll(
      next.filter(({ deadlineMs }) => deadlineMs === undefined),
      submit,
    );
    // A gateway takes no deadline that has passed.
    repeated += await submitAll(
      next.filter(({ deadlineMs }) => deadlineMs !== undefined),
      byNats,
    );
    repeated += await submitAll([...soon, ...due], byNats);
    // A gateway that is away does not hold up who has no need of it.
    for (const { id: jobId, kind, tenant } of next)
      if (kind === 'cancelled')
        cancelling.push(
          patiently(() => mesh.client.scoring.CancelJob({ jobId, tenant }, { timeoutMs: 3000 })),
        );
    if (!isCalm()) await delay(1000 / ticksPerSecond);
  }
  await Promise.all(cancelling);
  return { repeated, duplicates };
}

const hasten = (job: StormJob): StormJob => ({ ...job, deadlineMs: Date.now() + 200 });

async function crash(role: RoleProcess): Promise<void> {
  await role.kill();
  await role.restart();
  await untilReady(`http://127.0.0.1:${role.metricsPort}`);
}

/** What befalls the mesh; each is over when it resolves. */
const faults: Readonly<Record<string, (mesh: FaultMesh, random: Random) => Promise<void>>> = {
  'a worker is killed': ({ workers }, random) => crash(random.pick(workers)),
  'a worker stands still': async ({ workers }, random) => {
    const worker = random.pick(workers);
    worker.freeze();
    await delay(ackWaitMs * (1 + random.next()));
    worker.thaw();
  },
  'nats-server is killed': async ({ killNats }) => {
    await patiently(async () => killNats());
    await delay(500);
  },
  'the gateway is killed': ({ gateway }) => crash(gateway),
  'the audit log is killed': ({ audit }) => crash(audit),
  'the inference role is killed': ({ inference }) => crash(inference),
  'the model is unloaded': async ({ client }) => {
    await patiently(() => client.models.UnloadModel({ name: 'm' }));
    await delay(1000);
    await patiently(() => client.models.LoadModel({ name: 'm' }));
  },
};

function shuffled<T>(items: readonly T[], random: Random): T[] {
  const left = [...items];
  return items.map(() => left.splice(random.below(left.length), 1)[0] as T);
}
