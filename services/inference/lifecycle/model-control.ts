import { MeshError } from '../../kit/errors/mesh-error.ts';
import type { ModelControl } from '../config.ts';

/** Fails with MODEL_CONTROL_OFF if models are not loaded and unloaded by calls. The message is Triton's where it has one. */
export function requireLoadControl(control: ModelControl): void {
  if (control === 'poll')
    throw new MeshError(
      'MODEL_CONTROL_OFF',
      'explicit model load / unload is not allowed if polling is enabled',
      { code: 'UNAVAILABLE' },
    );
  requireChangeControl(control);
}

/** Fails with MODEL_CONTROL_OFF if calls may change nothing. */
export function requireChangeControl(control: ModelControl): void {
  if (control === 'none')
    throw new MeshError(
      'MODEL_CONTROL_OFF',
      'models and aliases are as they were at the start, because SCOREMESH_MODEL_CONTROL is none; set it to explicit to change them by calls',
    );
}
