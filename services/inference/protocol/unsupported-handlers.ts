import type { InferenceContract } from '../../contracts.ts';
import type { Handlers } from '../../kit/contract/contract.ts';
import { MeshError } from '../../kit/errors/mesh-error.ts';

type Unsupported =
  | `${'System' | 'Cuda'}SharedMemory${'Status' | 'Register' | 'Unregister'}`
  | 'TraceSetting'
  | 'LogSettings';

/** What the protocol has and this server has not, each answered with NOT_SUPPORTED and what to do instead. */
export function createUnsupportedHandlers(): Pick<Handlers<InferenceContract>, Unsupported> {
  const system = refusal(
    'system shared memory is not supported, because tensors travel in messages only; send them in raw_input_contents, which are read without a copy',
  );
  const cuda = refusal(
    'CUDA shared memory is not supported, because models run on the CPU and tensors travel in messages only; send them in raw_input_contents',
  );
  return {
    SystemSharedMemoryStatus: system,
    SystemSharedMemoryRegister: system,
    SystemSharedMemoryUnregister: system,
    CudaSharedMemoryStatus: cuda,
    CudaSharedMemoryRegister: cuda,
    CudaSharedMemoryUnregister: cuda,
    TraceSetting: refusal(
      'trace settings are not supported by calls, because traces go out by OpenTelemetry; set the OTEL_* variables of the process',
    ),
    LogSettings: refusal(
      'log settings are not supported by calls, because the log is the same for as long as the process lives; set SCOREMESH_LOG_LEVEL',
    ),
  };
}

function refusal(message: string): () => Promise<never> {
  return async () => {
    throw new MeshError('NOT_SUPPORTED', message);
  };
}
