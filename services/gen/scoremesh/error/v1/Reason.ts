// Original file: scoremesh/error/v1/reason.proto

/**
 * Every failure that the mesh can name. ErrorInfo.reason carries the name without its prefix; the gRPC code that goes
 * with each stands beside it.
 */
export const Reason = {
  /**
   * Never sent.
   */
  REASON_UNSPECIFIED: 'REASON_UNSPECIFIED',
  /**
   * INTERNAL: a bug; the log has it under the trace id.
   */
  REASON_INTERNAL: 'REASON_INTERNAL',
  /**
   * INVALID_ARGUMENT: a field is malformed or out of bounds; BadRequest names each.
   */
  REASON_INVALID_REQUEST: 'REASON_INVALID_REQUEST',
  /**
   * INVALID_ARGUMENT: the model needs an entity that the request lacks.
   */
  REASON_ENTITY_MISSING: 'REASON_ENTITY_MISSING',
  /**
   * INVALID_ARGUMENT: the model needs an input that the request lacks.
   */
  REASON_INPUT_MISSING: 'REASON_INPUT_MISSING',
  /**
   * INVALID_ARGUMENT: the request has an input that the model does not know.
   */
  REASON_INPUT_UNKNOWN: 'REASON_INPUT_UNKNOWN',
  /**
   * INVALID_ARGUMENT: an input has the wrong type.
   */
  REASON_INPUT_TYPE_MISMATCH: 'REASON_INPUT_TYPE_MISMATCH',
  /**
   * INVALID_ARGUMENT: an input is outside the range that the model declares, or not finite.
   */
  REASON_INPUT_OUT_OF_RANGE: 'REASON_INPUT_OUT_OF_RANGE',
  /**
   * INVALID_ARGUMENT: a tensor's name, datatype, shape or bytes do not fit.
   */
  REASON_TENSOR_INVALID: 'REASON_TENSOR_INVALID',
  /**
   * NOT_FOUND: no model of that name; the message lists those that exist.
   */
  REASON_MODEL_NOT_FOUND: 'REASON_MODEL_NOT_FOUND',
  /**
   * NOT_FOUND: the model has no such version; the message lists those it has.
   */
  REASON_MODEL_VERSION_NOT_FOUND: 'REASON_MODEL_VERSION_NOT_FOUND',
  /**
   * NOT_FOUND: the model has no such alias; the message lists those it has.
   */
  REASON_MODEL_ALIAS_NOT_FOUND: 'REASON_MODEL_ALIAS_NOT_FOUND',
  /**
   * UNAVAILABLE: the version exists but is not ready.
   */
  REASON_MODEL_NOT_READY: 'REASON_MODEL_NOT_READY',
  /**
   * FAILED_PRECONDITION: the model's files or configuration can't be used.
   */
  REASON_MODEL_INVALID: 'REASON_MODEL_INVALID',
  /**
   * INTERNAL: ONNX Runtime failed on this input.
   */
  REASON_INFERENCE_FAILED: 'REASON_INFERENCE_FAILED',
  /**
   * NOT_FOUND: no feature view of that name, or the view has no feature of that name; the message lists those there are.
   */
  REASON_FEATURE_VIEW_NOT_FOUND: 'REASON_FEATURE_VIEW_NOT_FOUND',
  /**
   * NOT_FOUND: no feature set of that name.
   */
  REASON_FEATURE_SET_NOT_FOUND: 'REASON_FEATURE_SET_NOT_FOUND',
  /**
   * INVALID_ARGUMENT: an event can't be identified or read; BadRequest names each.
   */
  REASON_FEATURE_EVENT_INVALID: 'REASON_FEATURE_EVENT_INVALID',
  /**
   * RESOURCE_EXHAUSTED: the feature store's disk is full.
   */
  REASON_FEATURE_STORE_FULL: 'REASON_FEATURE_STORE_FULL',
  /**
   * ALREADY_EXISTS: the request_id was used before with another body.
   */
  REASON_REQUEST_ID_CONFLICT: 'REASON_REQUEST_ID_CONFLICT',
  /**
   * NOT_FOUND: the audit log has no such record.
   */
  REASON_RECORD_NOT_FOUND: 'REASON_RECORD_NOT_FOUND',
  /**
   * UNAVAILABLE: the audit log's disk is full; no answer leaves without a record.
   */
  REASON_AUDIT_DISK_FULL: 'REASON_AUDIT_DISK_FULL',
  /**
   * UNAVAILABLE: the audit log can't be written; no answer leaves without a record.
   */
  REASON_AUDIT_LOG_FAILED: 'REASON_AUDIT_LOG_FAILED',
  /**
   * FAILED_PRECONDITION: another process has the state directory.
   */
  REASON_STATE_LOCKED: 'REASON_STATE_LOCKED',
  /**
   * DATA_LOSS: stored bytes do not match their checksum.
   */
  REASON_STATE_CORRUPT: 'REASON_STATE_CORRUPT',
  /**
   * DEADLINE_EXCEEDED: the deadline had passed before any work.
   */
  REASON_DEADLINE_PAST: 'REASON_DEADLINE_PAST',
  /**
   * DEADLINE_EXCEEDED: the deadline passed while the request waited in a queue or for a reply.
   */
  REASON_DEADLINE_PASSED_WAITING: 'REASON_DEADLINE_PASSED_WAITING',
  /**
   * CANCELLED: the caller went away.
   */
  REASON_CALL_CANCELLED: 'REASON_CALL_CANCELLED',
  /**
   * RESOURCE_EXHAUSTED: a queue is full; RetryInfo says when to try again.
   */
  REASON_QUEUE_FULL: 'REASON_QUEUE_FULL',
  /**
   * RESOURCE_EXHAUSTED: a message is over the size limit.
   */
  REASON_MESSAGE_TOO_LARGE: 'REASON_MESSAGE_TOO_LARGE',
  /**
   * UNAVAILABLE: a role can't be reached, or its link broke while the call was in flight.
   */
  REASON_ROLE_UNREACHABLE: 'REASON_ROLE_UNREACHABLE',
  /**
   * UNAVAILABLE: this process is stopping.
   */
  REASON_SHUTTING_DOWN: 'REASON_SHUTTING_DOWN',
  /**
   * UNIMPLEMENTED: no such method.
   */
  REASON_METHOD_NOT_FOUND: 'REASON_METHOD_NOT_FOUND',
  /**
   * UNAVAILABLE: NATS is not configured or not reachable.
   */
  REASON_NATS_UNAVAILABLE: 'REASON_NATS_UNAVAILABLE',
  /**
   * FAILED_PRECONDITION: settings that can't be used; every fault is named at once.
   */
  REASON_CONFIG_INVALID: 'REASON_CONFIG_INVALID',
  /**
   * ALREADY_EXISTS: the model has that version already; versions are never overwritten.
   */
  REASON_MODEL_EXISTS: 'REASON_MODEL_EXISTS',
  /**
   * DEADLINE_EXCEEDED: what waits before it and its own run would take longer than the caller does; nothing was run.
   */
  REASON_DEADLINE_UNREACHABLE: 'REASON_DEADLINE_UNREACHABLE',
  /**
   * UNIMPLEMENTED: a part of the protocol that this server leaves out; the message says why and what to do instead.
   */
  REASON_NOT_SUPPORTED: 'REASON_NOT_SUPPORTED',
  /**
   * FAILED_PRECONDITION: the settings of this process do not allow changes of models.
   */
  REASON_MODEL_CONTROL_OFF: 'REASON_MODEL_CONTROL_OFF',
  /**
   * UNAVAILABLE: the thread that ran the model ended; the request may be tried again.
   */
  REASON_EXECUTOR_LOST: 'REASON_EXECUTOR_LOST',
  /**
   * NOT_FOUND: no event stream of that name.
   */
  REASON_FEATURE_STREAM_NOT_FOUND: 'REASON_FEATURE_STREAM_NOT_FOUND',
  /**
   * INVALID_ARGUMENT: declarations of features have faults; BadRequest names each, with line and column where it has one.
   */
  REASON_FEATURE_DECLARATION_INVALID: 'REASON_FEATURE_DECLARATION_INVALID',
  /**
   * FAILED_PRECONDITION: a feature that must be there is null or not found.
   */
  REASON_FEATURE_ABSENT: 'REASON_FEATURE_ABSENT',
  /**
   * FAILED_PRECONDITION: a feature that must be fresh is older than its maximum age.
   */
  REASON_FEATURE_STALE: 'REASON_FEATURE_STALE',
  /**
   * OUT_OF_RANGE: a read as of a moment that the stream's retention no longer covers.
   */
  REASON_FEATURE_HISTORY_EXPIRED: 'REASON_FEATURE_HISTORY_EXPIRED',
  /**
   * INVALID_ARGUMENT: an expression of a feature set could not be evaluated on these inputs.
   */
  REASON_FEATURE_EXPRESSION_FAILED: 'REASON_FEATURE_EXPRESSION_FAILED',
  /**
   * FAILED_PRECONDITION: the version of the feature set that the model was made for does not exist.
   */
  REASON_FEATURE_SET_CHANGED: 'REASON_FEATURE_SET_CHANGED',
  /**
   * FAILED_PRECONDITION: the clock of the machine is far behind the last ingest time; correct it.
   */
  REASON_CLOCK_BEHIND: 'REASON_CLOCK_BEHIND',
  /**
   * UNAVAILABLE: the server that keeps the feature store does not answer; try again, events that are sent twice count once.
   */
  REASON_FEATURE_STORE_UNREACHABLE: 'REASON_FEATURE_STORE_UNREACHABLE',
  /**
   * FAILED_PRECONDITION: the content of the record was erased on request of its subject.
   */
  REASON_SUBJECT_ERASED: 'REASON_SUBJECT_ERASED',
  /**
   * NOT_FOUND: the audit log has nothing about this data subject.
   */
  REASON_SUBJECT_NOT_FOUND: 'REASON_SUBJECT_NOT_FOUND',
  /**
   * OUT_OF_RANGE: the entry was removed when its retention had passed; its place in the tree stays provable.
   */
  REASON_ENTRY_PRUNED: 'REASON_ENTRY_PRUNED',
  /**
   * NOT_FOUND: no version of the model has the content with this digest any more.
   */
  REASON_MODEL_CONTENT_NOT_FOUND: 'REASON_MODEL_CONTENT_NOT_FOUND',
  /**
   * INVALID_ARGUMENT: a receipt, checkpoint or proof is malformed or does not verify; the message says what and where.
   */
  REASON_PROOF_INVALID: 'REASON_PROOF_INVALID',
  /**
   * PERMISSION_DENIED: only an administrator may call the method: send the server's SCOREMESH_ADMIN_TOKEN as "authorization: Bearer <token>".
   */
  REASON_ADMINISTRATOR_ONLY: 'REASON_ADMINISTRATOR_ONLY',
  /**
   * UNAUTHENTICATED: what "authorization" says is not the server's SCOREMESH_ADMIN_TOKEN.
   */
  REASON_TOKEN_INVALID: 'REASON_TOKEN_INVALID',
  /**
   * DATA_LOSS: what was answered can't be had again: its replay has other bits on the same build, or its record's content is lost.
   */
  REASON_REPLAY_DIFFERS: 'REASON_REPLAY_DIFFERS',
  /**
   * FAILED_PRECONDITION: this audit role is a read replica, which has no keys and writes nothing of its own; ask the writer that the message names.
   */
  REASON_AUDIT_REPLICA: 'REASON_AUDIT_REPLICA',
  /**
   * DATA_LOSS: a signed checkpoint of the audit log does not continue the one that was verified before: the log was forked or rolled back.
   */
  REASON_LOG_DIVERGED: 'REASON_LOG_DIVERGED',
  /**
   * NOT_FOUND: the tenant has no such job: neither a result that is still kept, nor one that waits.
   */
  REASON_JOB_NOT_FOUND: 'REASON_JOB_NOT_FOUND',
  /**
   * NOT_FOUND: the bucket of payloads does not have, or no longer, what a job or its result refers to.
   */
  REASON_PAYLOAD_NOT_FOUND: 'REASON_PAYLOAD_NOT_FOUND',
  /**
   * INVALID_ARGUMENT: what the bucket of payloads has under a digest has another one, or can't be read.
   */
  REASON_PAYLOAD_MISMATCH: 'REASON_PAYLOAD_MISMATCH',
} as const;

/**
 * Every failure that the mesh can name. ErrorInfo.reason carries the name without its prefix; the gRPC code that goes
 * with each stands beside it.
 */
export type Reason =
  /**
   * Never sent.
   */
  | 'REASON_UNSPECIFIED'
  | 0
  /**
   * INTERNAL: a bug; the log has it under the trace id.
   */
  | 'REASON_INTERNAL'
  | 1
  /**
   * INVALID_ARGUMENT: a field is malformed or out of bounds; BadRequest names each.
   */
  | 'REASON_INVALID_REQUEST'
  | 2
  /**
   * INVALID_ARGUMENT: the model needs an entity that the request lacks.
   */
  | 'REASON_ENTITY_MISSING'
  | 3
  /**
   * INVALID_ARGUMENT: the model needs an input that the request lacks.
   */
  | 'REASON_INPUT_MISSING'
  | 4
  /**
   * INVALID_ARGUMENT: the request has an input that the model does not know.
   */
  | 'REASON_INPUT_UNKNOWN'
  | 5
  /**
   * INVALID_ARGUMENT: an input has the wrong type.
   */
  | 'REASON_INPUT_TYPE_MISMATCH'
  | 6
  /**
   * INVALID_ARGUMENT: an input is outside the range that the model declares, or not finite.
   */
  | 'REASON_INPUT_OUT_OF_RANGE'
  | 7
  /**
   * INVALID_ARGUMENT: a tensor's name, datatype, shape or bytes do not fit.
   */
  | 'REASON_TENSOR_INVALID'
  | 8
  /**
   * NOT_FOUND: no model of that name; the message lists those that exist.
   */
  | 'REASON_MODEL_NOT_FOUND'
  | 9
  /**
   * NOT_FOUND: the model has no such version; the message lists those it has.
   */
  | 'REASON_MODEL_VERSION_NOT_FOUND'
  | 10
  /**
   * NOT_FOUND: the model has no such alias; the message lists those it has.
   */
  | 'REASON_MODEL_ALIAS_NOT_FOUND'
  | 11
  /**
   * UNAVAILABLE: the version exists but is not ready.
   */
  | 'REASON_MODEL_NOT_READY'
  | 12
  /**
   * FAILED_PRECONDITION: the model's files or configuration can't be used.
   */
  | 'REASON_MODEL_INVALID'
  | 13
  /**
   * INTERNAL: ONNX Runtime failed on this input.
   */
  | 'REASON_INFERENCE_FAILED'
  | 14
  /**
   * NOT_FOUND: no feature view of that name, or the view has no feature of that name; the message lists those there are.
   */
  | 'REASON_FEATURE_VIEW_NOT_FOUND'
  | 15
  /**
   * NOT_FOUND: no feature set of that name.
   */
  | 'REASON_FEATURE_SET_NOT_FOUND'
  | 16
  /**
   * INVALID_ARGUMENT: an event can't be identified or read; BadRequest names each.
   */
  | 'REASON_FEATURE_EVENT_INVALID'
  | 17
  /**
   * RESOURCE_EXHAUSTED: the feature store's disk is full.
   */
  | 'REASON_FEATURE_STORE_FULL'
  | 18
  /**
   * ALREADY_EXISTS: the request_id was used before with another body.
   */
  | 'REASON_REQUEST_ID_CONFLICT'
  | 19
  /**
   * NOT_FOUND: the audit log has no such record.
   */
  | 'REASON_RECORD_NOT_FOUND'
  | 20
  /**
   * UNAVAILABLE: the audit log's disk is full; no answer leaves without a record.
   */
  | 'REASON_AUDIT_DISK_FULL'
  | 21
  /**
   * UNAVAILABLE: the audit log can't be written; no answer leaves without a record.
   */
  | 'REASON_AUDIT_LOG_FAILED'
  | 22
  /**
   * FAILED_PRECONDITION: another process has the state directory.
   */
  | 'REASON_STATE_LOCKED'
  | 23
  /**
   * DATA_LOSS: stored bytes do not match their checksum.
   */
  | 'REASON_STATE_CORRUPT'
  | 24
  /**
   * DEADLINE_EXCEEDED: the deadline had passed before any work.
   */
  | 'REASON_DEADLINE_PAST'
  | 25
  /**
   * DEADLINE_EXCEEDED: the deadline passed while the request waited in a queue or for a reply.
   */
  | 'REASON_DEADLINE_PASSED_WAITING'
  | 26
  /**
   * CANCELLED: the caller went away.
   */
  | 'REASON_CALL_CANCELLED'
  | 27
  /**
   * RESOURCE_EXHAUSTED: a queue is full; RetryInfo says when to try again.
   */
  | 'REASON_QUEUE_FULL'
  | 28
  /**
   * RESOURCE_EXHAUSTED: a message is over the size limit.
   */
  | 'REASON_MESSAGE_TOO_LARGE'
  | 29
  /**
   * UNAVAILABLE: a role can't be reached, or its link broke while the call was in flight.
   */
  | 'REASON_ROLE_UNREACHABLE'
  | 30
  /**
   * UNAVAILABLE: this process is stopping.
   */
  | 'REASON_SHUTTING_DOWN'
  | 31
  /**
   * UNIMPLEMENTED: no such method.
   */
  | 'REASON_METHOD_NOT_FOUND'
  | 32
  /**
   * UNAVAILABLE: NATS is not configured or not reachable.
   */
  | 'REASON_NATS_UNAVAILABLE'
  | 33
  /**
   * FAILED_PRECONDITION: settings that can't be used; every fault is named at once.
   */
  | 'REASON_CONFIG_INVALID'
  | 34
  /**
   * ALREADY_EXISTS: the model has that version already; versions are never overwritten.
   */
  | 'REASON_MODEL_EXISTS'
  | 35
  /**
   * DEADLINE_EXCEEDED: what waits before it and its own run would take longer than the caller does; nothing was run.
   */
  | 'REASON_DEADLINE_UNREACHABLE'
  | 36
  /**
   * UNIMPLEMENTED: a part of the protocol that this server leaves out; the message says why and what to do instead.
   */
  | 'REASON_NOT_SUPPORTED'
  | 37
  /**
   * FAILED_PRECONDITION: the settings of this process do not allow changes of models.
   */
  | 'REASON_MODEL_CONTROL_OFF'
  | 38
  /**
   * UNAVAILABLE: the thread that ran the model ended; the request may be tried again.
   */
  | 'REASON_EXECUTOR_LOST'
  | 39
  /**
   * NOT_FOUND: no event stream of that name.
   */
  | 'REASON_FEATURE_STREAM_NOT_FOUND'
  | 40
  /**
   * INVALID_ARGUMENT: declarations of features have faults; BadRequest names each, with line and column where it has one.
   */
  | 'REASON_FEATURE_DECLARATION_INVALID'
  | 41
  /**
   * FAILED_PRECONDITION: a feature that must be there is null or not found.
   */
  | 'REASON_FEATURE_ABSENT'
  | 42
  /**
   * FAILED_PRECONDITION: a feature that must be fresh is older than its maximum age.
   */
  | 'REASON_FEATURE_STALE'
  | 43
  /**
   * OUT_OF_RANGE: a read as of a moment that the stream's retention no longer covers.
   */
  | 'REASON_FEATURE_HISTORY_EXPIRED'
  | 44
  /**
   * INVALID_ARGUMENT: an expression of a feature set could not be evaluated on these inputs.
   */
  | 'REASON_FEATURE_EXPRESSION_FAILED'
  | 45
  /**
   * FAILED_PRECONDITION: the version of the feature set that the model was made for does not exist.
   */
  | 'REASON_FEATURE_SET_CHANGED'
  | 46
  /**
   * FAILED_PRECONDITION: the clock of the machine is far behind the last ingest time; correct it.
   */
  | 'REASON_CLOCK_BEHIND'
  | 47
  /**
   * UNAVAILABLE: the server that keeps the feature store does not answer; try again, events that are sent twice count once.
   */
  | 'REASON_FEATURE_STORE_UNREACHABLE'
  | 48
  /**
   * FAILED_PRECONDITION: the content of the record was erased on request of its subject.
   */
  | 'REASON_SUBJECT_ERASED'
  | 49
  /**
   * NOT_FOUND: the audit log has nothing about this data subject.
   */
  | 'REASON_SUBJECT_NOT_FOUND'
  | 50
  /**
   * OUT_OF_RANGE: the entry was removed when its retention had passed; its place in the tree stays provable.
   */
  | 'REASON_ENTRY_PRUNED'
  | 51
  /**
   * NOT_FOUND: no version of the model has the content with this digest any more.
   */
  | 'REASON_MODEL_CONTENT_NOT_FOUND'
  | 52
  /**
   * INVALID_ARGUMENT: a receipt, checkpoint or proof is malformed or does not verify; the message says what and where.
   */
  | 'REASON_PROOF_INVALID'
  | 53
  /**
   * PERMISSION_DENIED: only an administrator may call the method: send the server's SCOREMESH_ADMIN_TOKEN as "authorization: Bearer <token>".
   */
  | 'REASON_ADMINISTRATOR_ONLY'
  | 54
  /**
   * UNAUTHENTICATED: what "authorization" says is not the server's SCOREMESH_ADMIN_TOKEN.
   */
  | 'REASON_TOKEN_INVALID'
  | 55
  /**
   * DATA_LOSS: what was answered can't be had again: its replay has other bits on the same build, or its record's content is lost.
   */
  | 'REASON_REPLAY_DIFFERS'
  | 56
  /**
   * FAILED_PRECONDITION: this audit role is a read replica, which has no keys and writes nothing of its own; ask the writer that the message names.
   */
  | 'REASON_AUDIT_REPLICA'
  | 57
  /**
   * DATA_LOSS: a signed checkpoint of the audit log does not continue the one that was verified before: the log was forked or rolled back.
   */
  | 'REASON_LOG_DIVERGED'
  | 58
  /**
   * NOT_FOUND: the tenant has no such job: neither a result that is still kept, nor one that waits.
   */
  | 'REASON_JOB_NOT_FOUND'
  | 59
  /**
   * NOT_FOUND: the bucket of payloads does not have, or no longer, what a job or its result refers to.
   */
  | 'REASON_PAYLOAD_NOT_FOUND'
  | 60
  /**
   * INVALID_ARGUMENT: what the bucket of payloads has under a digest has another one, or can't be read.
   */
  | 'REASON_PAYLOAD_MISMATCH'
  | 61

/**
 * Every failure that the mesh can name. ErrorInfo.reason carries the name without its prefix; the gRPC code that goes
 * with each stands beside it.
 */
export type Reason__Output = typeof Reason[keyof typeof Reason]
