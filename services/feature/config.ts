/** Where the feature role keeps its state and finds its declarations. */
export interface FeatureConfig {
  /** State folder; made if it isn't there. One process at a time. */
  readonly folder: string;
  /** Folder of the *.yaml and *.yml declarations; undefined for none. */
  readonly declarationsFolder: string | undefined;
  /** Redis or Valkey that several feature processes share ("redis://host:6379"); undefined for the embedded store in `folder`. */
  readonly redisUrl?: string | undefined;
  /** What may wait for a commit; see defaultMaxQueuedBytes. */
  readonly maxQueuedBytes?: number;
  /** What the states of reads may take in memory; see defaultMaxStateBytes. */
  readonly maxStateBytes?: number;
  /** One answer in so many is compared with what the stored events say; 0 for none. See defaultSelfCheckEvery. */
  readonly selfCheckEvery?: number;
}

/** 100,000 keys of a few views. Beyond it the states least used are let go, and made again from the store when they are read. */
export const defaultMaxStateBytes = 512 * 1024 * 1024;

/** Often enough that a difference is met within seconds of load, rare enough to cost nothing. */
export const defaultSelfCheckEvery = 1_000;

/** How often what the retention of streams no longer covers is let go. */
export const retentionEveryMs = 10 * 60_000;

/** Some 80,000 events of a few fields: a second of ingest. Beyond it callers are told to wait. */
export const defaultMaxQueuedBytes = 64 * 1024 * 1024;

/** What a waiting event takes in memory besides its row: keys, id, and the request that it came in. */
export const queuedEventOverheadBytes = 700;

/** Rows of one request, as feature_service.proto says. */
export const maxRequestRows = 10_000;

/** Events of one request, as feature_service.proto says. */
export const maxRequestEvents = 10_000;

/** Events of one commit: enough that fsync costs nothing per event, few enough that nobody waits long for the others' events. */
export const maxCommitEvents = 20_000;

/** Batches of one stream that are checked and wait for their commit: with fewer each would pay for a sync of its own. */
export const maxStreamedBatches = 8;

/** Entries of the quarantine for one stream: beyond it the sender is at fault, not its events. */
export const defaultMaxQuarantined = 100_000;

/** An event that goes to the quarantine, encoded; keeps what a page of it holds in memory within bounds. */
export const maxQuarantinedBytes = 256 * 1024;

/** A page of the quarantine, encoded: below the 4 MiB that gRPC clients take. */
export const maxQuarantinePageBytes = 2 * 1024 * 1024;

/** When to try again after the quarantine was full: somebody has to look at it first. */
export const quarantineRetryMs = 30_000;

/** Clocks of producers differ; an event from further ahead would hide every later one. As feature_service.proto says. */
export const maxEventLeadMs = 5 * 60_000;

/** As feature_service.proto says; keeps the largest key below what the store takes. */
export const maxKeyLength = 256;

/** As value.proto says of text. */
export const maxTextBytes = 64 * 1024;

/** Values (rows x features) of one read: about 20 MB of reply, 100 ms of work. */
export const maxReadValues = 1_000_000;

/** Text in one reply: far above any sensible set, far below what would hurt the process. */
export const maxReplyTextBytes = 16 * 1024 * 1024;

/** Faults named in one refusal: enough to see the pattern, and the error still fits in the trailers of a call. */
export const maxViolations = 20;

/** Bounds the size of a reply, as feature_service.proto says. */
export const maxFeaturesPerSet = 1_000;

/** When to try again after the queue was full: a few commits later. */
export const queueRetryMs = 100;

/** When to try again after the disk was full: somebody has to make space first. */
export const diskRetryMs = 5_000;
