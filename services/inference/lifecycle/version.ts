import type { RepositoryVersion } from '../repository/repository.ts';
import { ownPrincipal } from './changes.ts';
import { type LoadedFacts, notLoaded } from './model-description.ts';
import type { VersionPhase, VersionState } from './policy.ts';
import type { ServedModel } from './served-model.ts';

/** Where a version may be loaded from. */
export interface Source extends RepositoryVersion {
  /** Differs whenever its content does, where that is watched. */
  readonly signature?: string;
}

/** How a load ended: an error, or undefined. */
type OnTried = (error: Error | undefined) => void;

/** A version and all that becomes of it. */
export class Version {
  readonly number: number;
  phase: VersionPhase = 'UNLOADED';
  /** Why it is not ready, or why its newer content is not. */
  reason = '';
  facts: LoadedFacts = notLoaded;
  served: ServedModel | undefined;
  /** Whether `served` is what was loaded before, because its newer content failed. */
  outdated = false;
  /** Undefined once its files are gone. */
  source: Source | undefined;
  /** Counts the loads that were asked for, and which of them was tried last. */
  asked = 0;
  tried = 0;
  /** Who asked for the next change of it. */
  askedBy = ownPrincipal;
  /** When its threads were given up, lately. */
  readonly lostAt: number[] = [];
  #waiting: { readonly attempt: number; readonly onTried: OnTried }[] = [];

  constructor(number: number) {
    this.number = number;
  }

  get state(): VersionState {
    const { number: version, outdated, phase } = this;
    return { version, phase, outdated, present: this.source !== undefined, due: this.asked > this.tried };
  }

  ask(principal: string): void {
    this.asked++;
    this.askedBy = principal;
  }

  /** Resolves once what is asked for by now was tried; rejects with why it failed. */
  whenTried(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        attempt: this.asked,
        onTried: (error) => (error === undefined ? resolve() : reject(error)),
      });
    });
  }

  /** A load ended that was asked for as number `attempt`. */
  settle(attempt: number, error: Error | undefined): void {
    const due = this.#waiting.filter((waiting) => waiting.attempt <= attempt);
    this.#waiting = this.#waiting.filter((waiting) => waiting.attempt > attempt);
    for (const { onTried } of due) onTried(error);
  }
}
