import { type Logger, destination as openDestination, pino, stdTimeFunctions } from 'pino';
import type { Log, LogFields } from './log.ts';
import { cleanFields, cleanText } from './log-fields.ts';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

export interface LogConfig {
  /** The least level that is written. */
  readonly level: LogLevel;
  /** Where lines go; standard error unless given. */
  readonly destination?: { write(line: string): void };
}

const standardErrorFd = 2;
/** Beyond this much unwritten text (a reader that hangs) lines are dropped, rather than memory or requests held up. */
const maxBufferedChars = 4 * 1024 * 1024;

/**
 * JSON lines: `level`, `time` (ISO 8601, UTC), `msg`, trace_id and span_id, then the fields, secrets masked. Writing never blocks the
 * event loop; what is buffered is written when the process exits, also by an uncaught error. Only a kill -9 loses the last lines.
 * A line below the level costs a comparison.
 */
export function createLog(config: LogConfig): Log {
  const options = {
    level: config.level,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  const logger = pino(options, config.destination ?? openStandardError());
  return {
    debug: writer(logger, 'debug'),
    info: writer(logger, 'info'),
    warn: writer(logger, 'warn'),
    error: writer(logger, 'error'),
  };
}

function openStandardError(): ReturnType<typeof openDestination> {
  const stream = openDestination({ fd: standardErrorFd, sync: false, maxLength: maxBufferedChars });
  // A log that nobody can read any more must not end the process.
  stream.on('error', () => {});
  return stream;
}

function writer(logger: Logger, level: 'debug' | 'info' | 'warn' | 'error'): Log['info'] {
  if (!logger.isLevelEnabled(level)) return () => {};
  return (message: string, fields?: LogFields) => {
    const text = cleanText(message);
    if (fields === undefined) logger[level](text);
    else logger[level](cleanFields(fields), text);
  };
}
