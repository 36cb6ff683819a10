import { STATUS_PROBE } from '../api/generated.ts';
import { ApiError, hasReason } from '../kubernetes/api-error.ts';
import type { Client } from '../kubernetes/client.ts';
import type { Resource } from '../kubernetes/resources.ts';

const CUSTOM_RESOURCE_DEFINITIONS: Resource = {
  group: 'apiextensions.k8s.io',
  version: 'v1',
  plural: 'customresourcedefinitions',
  kind: 'CustomResourceDefinition',
  namespaced: false,
};

const ANNOTATION = 'statusprobe.dev/schema-version';
const APPLY = 'apply crds/statusprobes.yaml of this release';

/**
 * Why the cluster's CRD does not do for this release; undefined when it does. An operator that goes on regardless would
 * write fields that the API server drops.
 */
export async function whyUnfitSchema(
  client: Pick<Client, 'get'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `${STATUS_PROBE.plural}.${STATUS_PROBE.group}`;
  try {
    const { metadata } = await client.get(CUSTOM_RESOURCE_DEFINITIONS, { name }, { signal });
    const version = metadata.annotations?.[ANNOTATION] ?? '0';
    if (Number(version) >= Number(STATUS_PROBE.schemaVersion)) return undefined;
    return `The CustomResourceDefinition ${name} is of schema version ${version}, and this release needs ${STATUS_PROBE.schemaVersion}: ${APPLY}.`;
  } catch (error) {
    if (hasReason(error, 'NotFound')) return `The cluster has no CustomResourceDefinition ${name}: ${APPLY}.`;
    // An operator of one namespace need not be allowed to look; its watch will tell whether the CRD is there.
    if (hasReason(error, 'Forbidden')) return undefined;
    return error instanceof ApiError ? `${error.message}.` : String(error);
  }
}
