import { Option } from 'commander';
import { type StateName, stateOf, states } from '../../http/job-json.ts';
import { collected } from '../features/feature-options.ts';
import { grouped } from '../features/progress.ts';
import { type CommandContext, withMesh } from '../remote.ts';
import { countUpTo, type JobOptions, jobCommand, printJob } from './job-options.ts';
import { addSubmitCommand, failUnlessSucceeded } from './submit-command.ts';

interface ListOptions extends JobOptions {
  readonly state?: StateName;
  readonly limit: number;
}

interface RedriveOptions extends JobOptions {
  readonly model: string;
  readonly job: readonly string[];
  readonly limit: number;
}

const pageSize = 200;
/** What the mesh submits again in one request. */
const redrivePage = 500;
/** Cancelling waits a moment for the result, and lists are read message by message. */
const slowTimeoutMs = 60_000;

/** `scoremesh jobs`. */
export function addJobCommands(context: CommandContext): void {
  const { terminal } = context;
  const jobs = context.program.command('jobs').description('scores asked for through NATS');
  addSubmitCommand(context, jobs);

  jobCommand(jobs, 'get', 'show where a job stands')
    .argument('<id>', 'its job_id')
    .action(async (jobId: string, options: JobOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { job } = await mesh.scoring.GetJob({ tenant: options.tenant, jobId }, call);
        printJob(terminal, job, options.json);
      });
    });

  jobCommand(jobs, 'watch', 'show where a job stands and each change until it has ended', {
    timeoutMs: Number.POSITIVE_INFINITY,
  })
    .argument('<id>', 'its job_id')
    .action(async (jobId: string, options: JobOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        for await (const { job } of mesh.scoring.WatchJob({ tenant: options.tenant, jobId }, call)) {
          printJob(terminal, job, options.json);
          failUnlessSucceeded(job);
        }
      });
    });

  jobCommand(jobs, 'cancel', 'ask for a job not to be scored')
    .argument('<id>', 'its job_id')
    .action(async (jobId: string, options: JobOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        const { job } = await mesh.scoring.CancelJob({ tenant: options.tenant, jobId }, call);
        printJob(terminal, job, options.json);
      });
    });

  jobCommand(jobs, 'list', 'list jobs: those that have not ended first, each oldest first', {
    timeoutMs: slowTimeoutMs,
  })
    .addOption(
      new Option('--state <state>', 'only those; what runs is among the queued').choices(
        states.filter((state) => state !== 'running'),
      ),
    )
    .option('-n, --limit <count>', 'how many', countUpTo(1_000_000), 100)
    .action(async ({ json, limit, state, tenant, ...options }: ListOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        let left = limit;
        for (let pageToken = ''; left > 0; ) {
          const asked = { tenant, state: stateOf(state), pageSize: Math.min(left, pageSize), pageToken };
          const page = await mesh.scoring.ListJobs(asked, call);
          for (const job of page.jobs) printJob(terminal, job, json);
          left -= page.jobs.length;
          pageToken = page.nextPageToken;
          if (pageToken === '') break;
        }
      });
    });

  jobCommand(jobs, 'redrive', 'submit jobs again that ended as DEAD', { timeoutMs: slowTimeoutMs })
    .option('--model <name>', 'only those of this model, as they named it', '')
    .option('--job <id>', 'only this job; may be repeated', collected, [])
    .option('-n, --limit <count>', 'how many at most', countUpTo(1_000_000), 1000)
    .action(async ({ job: jobIds, json, limit, model, tenant, ...options }: RedriveOptions) => {
      await withMesh(context, options, async (mesh, call) => {
        let redriven = 0;
        let unnamed = 0;
        let more = true;
        while (more && redriven < limit) {
          const asked = {
            tenant,
            model,
            jobIds: [...jobIds],
            limit: Math.min(limit - redriven, redrivePage),
          };
          const answer = await mesh.scoring.RedriveJobs(asked, call);
          redriven += answer.redriven;
          // Each call begins with the oldest.
          unnamed = Math.max(unnamed, answer.unnamed);
          more = answer.more;
          if (answer.redriven === 0) break;
        }
        if (json) terminal.out(JSON.stringify({ redriven, more, unnamed }));
        else {
          terminal.out(
            `${redriven === 1 ? '1 job waits' : `${grouped(redriven)} jobs wait`} again${more ? '; there are more' : ''}`,
          );
          if (unnamed > 0)
            terminal.out(
              `${grouped(unnamed)} dead letters stay: they name no job, because their messages had no usable Nats-Msg-Id; they are in the stream SCOREMESH_DEAD`,
            );
        }
      });
    });
}
