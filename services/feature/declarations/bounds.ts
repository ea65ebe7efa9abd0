/** Streams, entities, views and sets: of each so many. */
export const maxDeclared = 1_000;
/** Each is a bit and some bytes of every event. */
export const maxFieldsPerStream = 256;
export const maxFeaturesPerView = 1_000;
export const maxColumnsPerSet = 1_000;
export const maxInputsPerSet = 256;
export const maxKeysPerEntity = 16;
export const maxEnumeration = 1_000;
/** A window's state has one cell a tile. */
export const maxTiles = 1_000;
/** A hundred years: longer is a mistake, and times stay exact in doubles. */
export const maxDurationMs = 36_500 * 86_400_000;
/** A declaration is written by people; more is a mistake, such as a data file that ended up in the folder. */
export const maxFileBytes = 4 * 1024 * 1024;
export { maxEventLeadMs as defaultMaxLeadMs, maxTextBytes } from '../config.ts';
