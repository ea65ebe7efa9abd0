import type { OutcomeState__Output } from '../../gen/scoremesh/audit/v1/OutcomeState.ts';
import type { RecordFilter__Output } from '../../gen/scoremesh/audit/v1/RecordFilter.ts';
import type { FieldViolation } from '../../kit/errors/mesh-error.ts';
import { maxSubjectBytes } from '../config.ts';
import { type EventName, eventNames, type Wanted } from '../index/facts.ts';
import { readTime } from '../list.ts';

/** A filter as it can be searched for. */
export interface Filter {
  /** Milliseconds; undefined for no bound. */
  readonly sinceMs: number | undefined;
  readonly untilMs: number | undefined;
  readonly wanted: Wanted;
  /** As "entity=key"; empty for all. */
  readonly subject: string;
  readonly outcome: OutcomeState__Output;
}

const outcomeStates: readonly OutcomeState__Output[] = [
  'OUTCOME_STATE_UNSPECIFIED',
  'OUTCOME_STATE_MISSING',
  'OUTCOME_STATE_KNOWN',
  'OUTCOME_STATE_CORRECTED',
];
/** Of a name of a model, a principal or a decision: no record has a longer one. */
const maxTextLength = 1024;

/** The filter of a request; what is wrong with it is added to the violations. Absent, it is one for all records. */
export function parseFilter(given: RecordFilter__Output | null, violations: FieldViolation[]): Filter {
  const { events, model, version, principal, decision, subject, outcome, since, until } = given ?? noFilter;
  const violate = (field: string, description: string): void => {
    violations.push({ field: `filter.${field}`, description });
  };
  const sinceMs = readTime(since, 'filter.since', violations);
  const untilMs = readTime(until, 'filter.until', violations);
  if (sinceMs !== undefined && untilMs !== undefined && sinceMs > untilMs)
    violate('since', 'it is later than until; give the earlier moment here');
  const known = new Set<EventName>();
  for (const [place, name] of events.entries()) {
    const event = eventNames.find((each) => each === name);
    if (event === undefined)
      violate(`events[${place}]`, `"${shown(name)}" is no kind of record; give ${eventNames.join(', ')}`);
    else known.add(event);
  }
  for (const [field, text] of Object.entries({ model, principal, decision }))
    if (text.length > maxTextLength)
      violate(field, `it has ${text.length} characters; ${maxTextLength} is the most`);
  if (subject !== '' && !isSubject(subject)) violate('subject', subjectFault);
  if (!outcomeStates.includes(outcome)) violate('outcome', `${outcome} is no state of outcomes`);
  const wanted = { events: events.length === 0 ? undefined : known, model, version, principal, decision };
  return { sinceMs, untilMs, wanted, subject, outcome };
}

export const subjectFault = `it is not "entity=key" of at most ${maxSubjectBytes} bytes`;

export function isSubject(text: string): boolean {
  return /^[^=]+=./s.test(text) && Buffer.byteLength(text) <= maxSubjectBytes;
}

/** The filter as text, the same for the same filter: a page's token is for one. */
export function filterText({ sinceMs, untilMs, wanted, subject, outcome }: Filter): string {
  const { events, model, version, principal, decision } = wanted;
  const names = events === undefined ? undefined : [...events].sort();
  return JSON.stringify([sinceMs, untilMs, names, model, version, principal, decision, subject, outcome]);
}

const noFilter: RecordFilter__Output = {
  since: null,
  until: null,
  events: [],
  model: '',
  version: 0,
  principal: '',
  decision: '',
  subject: '',
  outcome: 'OUTCOME_STATE_UNSPECIFIED',
};

function shown(text: string): string {
  return text.length > 64 ? `${text.slice(0, 64)}...` : text;
}
