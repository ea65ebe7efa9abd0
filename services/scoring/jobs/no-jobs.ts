import type { ScoringContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';

/** The methods of ScoringService that are about jobs. */
export type JobMethods = 'SubmitJob' | 'GetJob' | 'CancelJob' | 'WatchJob' | 'ListJobs' | 'RedriveJobs';
export type JobHandlers = Pick<Handlers<ScoringContract>, JobMethods>;

const refuse = (): never => {
  throw new MeshError(
    'NATS_UNAVAILABLE',
    'this gateway has no NATS, which jobs need: set SCOREMESH_NATS_URL, or score with Score',
  );
};

/** A gateway without NATS. */
export const noJobs: JobHandlers = {
  SubmitJob: async () => refuse(),
  GetJob: async () => refuse(),
  CancelJob: async () => refuse(),
  WatchJob: () => refuse(),
  ListJobs: async () => refuse(),
  RedriveJobs: async () => refuse(),
};
