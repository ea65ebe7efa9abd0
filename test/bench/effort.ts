/** How much of everything is measured. */
export interface Effort {
  /** Times that each comparison is made, after a first one that only warms up. */
  readonly rounds: number;
  /** Requests of one side of a comparison. */
  readonly requests: number;
  /** Requests to each process before the first comparison: code is compiled for the kind of work that it has seen. */
  readonly warmUpRequests: number;
  /** Length of one side of a comparison at a given pace. */
  readonly seconds: number;
  /** Loads and unloads of a model. */
  readonly cycles: number;
  /** Events that the feature role holds while it is read. */
  readonly featureEvents: number;
  /** Flights that are ingested. */
  readonly flights: number;
  /** Jobs of one round. */
  readonly jobs: number;
  /** Jobs of the long queue that others have to get past. */
  readonly queuedJobs: number;
  /** Jobs over which memory is watched. */
  readonly memoryJobs: number;
}

export const fullEffort: Effort = {
  rounds: 7,
  requests: 10_000,
  warmUpRequests: 60_000,
  seconds: 4,
  cycles: 500,
  featureEvents: 3_000_000,
  flights: 3_000_000,
  jobs: 50_000,
  queuedJobs: 100_000,
  memoryJobs: 150_000,
};

/** A look in under two minutes: what it says is a hint. */
export const quickEffort: Effort = {
  rounds: 3,
  requests: 3000,
  warmUpRequests: 10_000,
  seconds: 1,
  cycles: 60,
  featureEvents: 300_000,
  flights: 300_000,
  jobs: 25_000,
  queuedJobs: 50_000,
  memoryJobs: 50_000,
};

/** A little of everything: shows that the bench works, and nothing about what it measures. */
export const smokeEffort: Effort = {
  rounds: 1,
  // CPU time is counted in steps of 10 ms, and there has to be some.
  requests: 2000,
  warmUpRequests: 500,
  seconds: 0.3,
  cycles: 3,
  featureEvents: 20_000,
  flights: 20_000,
  // Of fewer no rate can be seen.
  jobs: 12_000,
  queuedJobs: 5000,
  memoryJobs: 12_000,
};
