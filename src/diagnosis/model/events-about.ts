import type { KubernetesEvent, ObjectMeta } from './kubernetes.ts';

/**
 * Events of exactly this object, newest first: a same-named object of another kind or namespace,
 * or an earlier one of the same name, is somebody else.
 */
export const eventsAbout = (
  kind: string,
  { namespace, name, uid }: ObjectMeta,
  events: readonly KubernetesEvent[],
): readonly KubernetesEvent[] =>
  events.filter(
    ({ regarding }) =>
      regarding.kind === kind &&
      regarding.name === name &&
      (regarding.namespace ?? namespace) === namespace &&
      (regarding.uid ?? uid) === (uid ?? regarding.uid),
  );

/** Whether the Event speaks of this container of the Pod; one that names no container speaks of all. */
export const isAboutContainer = ({ regarding: { fieldPath } }: KubernetesEvent, container: string): boolean =>
  fieldPath === undefined || fieldPath.endsWith(`{${container}}`);
