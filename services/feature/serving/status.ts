/** Numbers of scoremesh.scoring.v1.FeatureStatus. */
export const Status = { PRESENT: 1, NULL_VALUE: 2, NOT_FOUND: 3, OUTSIDE_MAX_AGE: 4 } as const;
export type Status = (typeof Status)[keyof typeof Status];

/** How many values were found with each status, by its number. */
export type StatusCounts = [unused: number, present: number, null_: number, notFound: number, tooOld: number];
