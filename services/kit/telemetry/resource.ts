import { randomUUID } from 'node:crypto';
import { defaultResource, resourceFromAttributes } from '@opentelemetry/resources';
import { ATTR_SERVICE_INSTANCE_ID, ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { AttributeValue } from './span.ts';

const defaultServiceName = 'scoremesh';

/**
 * What this process is called in telemetry. OTEL_SERVICE_NAME wins over OTEL_RESOURCE_ATTRIBUTES (key=value, comma separated, percent
 * encoded), which wins over the defaults. Malformed attributes are all discarded, as the specification says, and `warn` is told.
 */
export function createResource(
  config: { readonly serviceName: string; readonly resourceAttributes: string },
  warn: (message: string) => void,
): Readonly<Record<string, AttributeValue>> {
  const given = parseAttributes(config.resourceAttributes);
  if (given === undefined) {
    warn(`OTEL_RESOURCE_ATTRIBUTES=${config.resourceAttributes} is not key=value,key=value; it is ignored`);
  }
  const resource = defaultResource().merge(
    resourceFromAttributes({
      [ATTR_SERVICE_NAME]: defaultServiceName,
      [ATTR_SERVICE_INSTANCE_ID]: randomUUID(),
      ...given,
      ...(config.serviceName === '' ? {} : { [ATTR_SERVICE_NAME]: config.serviceName }),
    }),
  );
  const attributes: Record<string, AttributeValue> = {};
  for (const [key, value] of Object.entries(resource.attributes)) attributes[key] = String(value);
  return attributes;
}

/** Undefined if any part is malformed. */
function parseAttributes(text: string): Record<string, string> | undefined {
  const attributes: Record<string, string> = {};
  try {
    for (const part of text.split(',')) {
      if (part.trim() === '') continue;
      const [key = '', value, ...rest] = part.split('=');
      if (key.trim() === '' || value === undefined || rest.length > 0) return undefined;
      attributes[decodeURIComponent(key.trim())] = decodeURIComponent(value.trim());
    }
  } catch {
    return undefined;
  }
  return attributes;
}
