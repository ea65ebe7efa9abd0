/** Where the feature role keeps its state and finds its declarations. */
export interface FeatureConfig {
  /** State folder; made if it isn't there. One process at a time. */
  readonly folder: string;
  /** Folder of the *.yaml and *.yml declarations; undefined for none. */
  readonly declarationsFolder: string | undefined;
  /** What may wait for a commit; see defaultMaxQueuedBytes. */
  readonly maxQueuedBytes?: number;
}

/** Some 150,000 rows of numbers: a second of ingest. Beyond it callers are told to wait. */
export const defaultMaxQueuedBytes = 64 * 1024 * 1024;

/** What a waiting row takes in memory besides its bytes. */
export const queuedRowOverheadBytes = 300;

/** Rows of one request, as feature_service.proto says. */
export const maxRequestRows = 10_000;

/** Rows of one commit: enough that fsync costs nothing per row, few enough that nobody waits long for the others' rows. */
export const maxCommitRows = 20_000;

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

/** Each view is a database of the store, and each costs a little on every transaction. */
export const maxViews = 1_000;

/** Bounds the size of a row and of a reply. */
export const maxFeaturesPerView = 1_000;

/** When to try again after the queue was full: a few commits later. */
export const queueRetryMs = 100;

/** When to try again after the disk was full: somebody has to make space first. */
export const diskRetryMs = 5_000;
