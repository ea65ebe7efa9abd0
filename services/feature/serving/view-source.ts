import type { View } from '../declarations/declarations.ts';
import type { ViewProgram } from '../engine/view-program.ts';
import type { EventIndex } from '../store/feature-store.ts';

/** A view that is read, with where its events are; one for all sets that read the same version of it. */
export interface ViewSource {
  readonly view: View;
  readonly program: ViewProgram;
  readonly index: EventIndex;
}
