import { type FieldViolation, MeshError } from '../../../kit/errors/mesh-error.ts';

/** Why jobs end without being scored. */
export const unscored = {
  cancelled: (): MeshError => new MeshError('CALL_CANCELLED', 'the job was cancelled before it was scored'),
  expired: (deadlineMs: number): MeshError =>
    new MeshError(
      'DEADLINE_PAST',
      `the job's deadline ${new Date(deadlineMs).toISOString()} passed before a worker could score it`,
    ),
  exhausted: (attempts: number): MeshError =>
    new MeshError(
      'EXECUTOR_LOST',
      `the job was begun ${attempts} times and no worker lived to say how it ended: it may be what ends them; look at it before it is redriven`,
    ),
};

const maxMessage = 1024;
const maxViolations = 32;
const maxField = 128;
const maxDescription = 512;

/**
 * The error, of bounded size: a body that is wrong in many places, or in one with a long name, would else make a result and a record that are
 * larger than what is stored. What is left out is counted in the message already.
 */
export function boundedError(error: MeshError): MeshError {
  const { details, message, reason } = error;
  const { violations = [] } = details;
  if (message.length <= maxMessage && violations.length <= maxViolations && violations.every(isShort))
    return error;
  const bounded = violations.slice(0, maxViolations).map(shortened);
  return new MeshError(
    reason,
    message.slice(0, maxMessage),
    violations.length === 0 ? details : { ...details, violations: bounded },
    error,
  );
}

function isShort({ description, field }: FieldViolation): boolean {
  return field.length <= maxField && description.length <= maxDescription;
}

function shortened({ description, field }: FieldViolation): FieldViolation {
  return { field: field.slice(0, maxField), description: description.slice(0, maxDescription) };
}
