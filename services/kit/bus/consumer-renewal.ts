import { setTimeout as delay } from 'node:timers/promises';
import { type NatsConnection, RetentionPolicy } from 'nats';
import type { Log } from '../log/log.ts';
import { isForbidden, jetStreamCode } from './bus-error.ts';
import { absent, type ConsumerSpec, managerOf } from './stream.ts';

// All processes come back at about the same time; whoever is first does it for all.
const maxPauseMs = 300;

/**
 * Removes the consumer of a work queue if it is older than this run of its nats-server, so that it is made anew and delivers all that the
 * stream has. A server that was killed may have kept a consumer that does not fit its stream any more: one that waits for ever for the
 * acknowledgement of messages that are gone, and under whose floor others hide that it will never deliver. What was being handled comes again
 * to somebody, as it may at any time; how often each message was delivered is forgotten.
 *
 * Resolves to the mark by which the consumer that is made then is known, which is its description. Undefined where there is nothing to
 * renew: other streams keep the place up to which they were read, and in a cluster the other servers know the state.
 */
export async function renewAfterRestart(
  nats: NatsConnection,
  { stream, name }: ConsumerSpec,
  log: Log,
): Promise<string | undefined> {
  const mark = markOfRun(nats);
  if (mark === undefined) return undefined;
  try {
    const { streams, consumers } = await managerOf(nats);
    const found = await streams.info(stream).catch(absent(jetStreamCode.streamNotFound));
    if (found?.config.retention !== RetentionPolicy.Workqueue) return undefined;
    const isOlder = async (): Promise<boolean> => {
      const have = await consumers.info(stream, name).catch(absent(jetStreamCode.consumerNotFound));
      return have !== undefined && have.config.description !== mark;
    };
    if (!(await isOlder())) return mark;
    await delay(Math.random() * maxPauseMs);
    if (await isOlder()) await consumers.delete(stream, name).catch(absent(jetStreamCode.consumerNotFound));
  } catch (error) {
    if (!isForbidden(error)) throw error;
    log.warn(
      `the NATS user may not make a consumer anew after a crash of nats-server, which may have left messages where nobody sees them; allow it to publish to $JS.API.STREAM.INFO.${stream} and $JS.API.CONSUMER.DELETE.${stream}.${name}`,
      { consumer: name, error },
    );
  }
  return mark;
}

/**
 * Says from which run of its nats-server on a consumer is; undefined in a cluster, and over a server that only leads to the one that has
 * JetStream (a leaf node): whose runs are not known there, so that two processes would never agree on a mark.
 */
export function markOfRun({ info }: NatsConnection): string | undefined {
  if (info === undefined || info.cluster !== undefined || info.jetstream !== true) return undefined;
  return `made in the run of nats-server ${info.server_id}`;
}
