import type { Bus } from '../../../kit/bus/bus.ts';
import type { Delivery } from '../../../kit/bus/delivery.ts';
import type { MessageHeaders } from '../../../kit/bus/headers.ts';
import type { MeshError } from '../../../kit/errors/mesh-error.ts';
import { deadSubject, header, readJobSubject } from '../job-names.ts';

/** Where jobs go that can't succeed, as they came and with the reason. */
export interface DeadLetters {
  /** Resolves when it is stored; a repeat stores nothing. Without an id it is what named no job. `attempts` were begun. */
  publish(delivery: Delivery, jobId: string | undefined, error: MeshError, attempts: number): Promise<void>;
}

const maxReason = 512;

export function createDeadLetters(bus: Bus): DeadLetters {
  return {
    publish: async (delivery, jobId, error, attempts) => {
      const { headers, payload, sequence, subject } = delivery;
      const { model, tenant } = readJobSubject(subject);
      await bus.publish(deadSubject(tenant, model), payload, {
        // Of this submission: a job that was redriven may die again.
        msgId: `${jobId ?? 'unnamed'}.${sequence}`,
        headers: {
          ...ownHeaders(headers),
          ...(jobId === undefined ? {} : { [header.jobId]: jobId }),
          [header.subject]: subject,
          [header.attempts]: String(attempts),
          [header.reason]: reasonText(error),
        },
      });
    },
  };
}

/** What the producer said, without what it told JetStream: an expectation of then would be refused now. */
function ownHeaders(headers: MessageHeaders): MessageHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^nats-/i.test(name)));
}

/** One line that a header takes. */
function reasonText({ message, reason }: MeshError): string {
  return `${reason}: ${message.replace(/\s+/g, ' ')}`.slice(0, maxReason);
}
