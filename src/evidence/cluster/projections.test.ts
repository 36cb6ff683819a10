import { describe, expect, test } from 'vitest';
import { KINDS } from './kinds.ts';
import { fieldsOutside, keepShape } from './shape.ts';

describe('shapes', () => {
  interface Thing {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly secret?: string;
    readonly parts?: readonly { readonly id: number }[] | null;
  }
  const shape = { name: true, labels: true, secret: false, parts: [{ id: true }] } as const;

  test('keep their fields and nothing else', () => {
    const raw = { name: 'a', labels: { x: '1' }, secret: 's', parts: [{ id: 1, size: 2 }], more: {} };
    expect(keepShape<Thing>(shape, raw)).toEqual({ name: 'a', labels: { x: '1' }, parts: [{ id: 1 }] });
    expect(keepShape<Thing>(shape, { name: 'a', parts: null })).toEqual({ name: 'a', parts: null });
  });

  test('tell which fields are not theirs', () => {
    const raw = { name: 'a', nmae: 'b', secret: 's', parts: [{ id: 1 }, { size: 2 }] };
    expect(fieldsOutside<Thing>(shape, raw)).toEqual(['nmae', 'parts[1].size']);
  });
});

/** Every field of a shape with what is kept of it. */
function fieldsOf(shape: unknown): [field: string, kept: unknown][] {
  if (typeof shape !== 'object' || shape === null) return [];
  return Object.entries(shape).flatMap(([field, inner]) => [
    [field, inner] as [string, unknown],
    ...fieldsOf(inner),
  ]);
}

test('no shape keeps as it is what others wrote', () => {
  const fields = Object.values(KINDS).flatMap(({ shape }) => fieldsOf(shape));
  const free = fields.filter(([field]) => ['message', 'command'].includes(field));
  expect(free).not.toEqual([]);
  expect(free.filter(([, kept]) => typeof kept !== 'function')).toEqual([]);
});

describe('Pods', () => {
  const terminated = (reason: string) => ({ terminated: { exitCode: 1, reason, message: 'text' } });
  const stateOf = (reason: string) => {
    const { status } = KINDS.Pod.project({
      metadata: { name: 'a', annotations: { 'kubectl.kubernetes.io/default-container': 'c', big: 'x' } },
      spec: { containers: [] },
      status: {
        initContainerStatuses: [],
        containerStatuses: [{ name: 'c', state: terminated(reason), lastState: {} }],
      },
    });
    return status.containerStatuses;
  };

  test('a termination message is kept only where the runtime wrote it', () => {
    expect(stateOf('Error')).toEqual([
      { name: 'c', state: { terminated: { exitCode: 1, reason: 'Error' } } },
    ]);
    expect(stateOf('StartError')).toEqual([{ name: 'c', state: terminated('StartError') }]);
  });

  test('a step that is taken is not kept, one that is not and what a readiness gate waits for are', () => {
    const status = {
      conditions: [
        { type: 'PodScheduled', status: 'True' },
        { type: 'Initialized', status: 'False', reason: 'ContainersNotInitialized' },
        { type: 'Ready', status: 'True' },
        { type: 'example.com/gate', status: 'True' },
      ],
    };
    const pod = KINDS.Pod.project({ metadata: { name: 'a' }, spec: { containers: [] }, status });
    expect(pod.status.conditions).toEqual(status.conditions.slice(1));
  });

  test('of annotations only those that checks read are kept, of writers none', () => {
    const metadata = { name: 'a', managedFields: [{ manager: 'm' }], annotations: { big: 'x' } };
    expect(KINDS.Pod.project({ metadata, spec: { containers: [] } })).toEqual({
      kind: 'Pod',
      metadata: { name: 'a', annotations: {} },
      spec: { containers: [] },
      status: {},
    });
  });
});

test('writers are kept without the fields that they wrote', () => {
  const managedFields = [{ manager: 'kubectl', operation: 'Apply', time: 't', fieldsV1: { 'f:spec': {} } }];
  expect(
    KINDS.Service.project({ metadata: { name: 'a', managedFields }, spec: {} }).metadata.managedFields,
  ).toEqual([{ manager: 'kubectl', operation: 'Apply', time: 't' }]);
});

describe('what others wrote into an object comes without secrets', () => {
  const token = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl';
  const written = [
    `Back-off pulling image: https://bot:hunter2@registry.example.com/v2/shop?token=hunter2#hunter2`,
    `Authorization: Bearer ${token}`,
    `dial with password=hunter2 failed`,
  ].join('; ');
  const shown = (value: unknown): string => JSON.stringify(value);

  test('messages of conditions, states and the Pod itself', () => {
    const pod = KINDS.Pod.project({
      metadata: { name: 'a' },
      spec: { containers: [] },
      status: {
        message: written,
        conditions: [{ type: 'Ready', status: 'False', message: written }],
        initContainerStatuses: [
          { name: 'i', lastState: { terminated: { exitCode: 128, reason: 'StartError', message: written } } },
        ],
        containerStatuses: [{ name: 'c', state: { waiting: { reason: 'ErrImagePull', message: written } } }],
      },
    });
    expect(shown(pod).match(/registry\.example\.com\/v2\/shop\?token=…/g)).toHaveLength(4);
    expect(shown(pod)).not.toMatch(/hunter2|eyJ/);
  });

  test.each(['Deployment', 'HorizontalPodAutoscaler', 'TargetGroupBinding', 'Gateway', 'Node'] as const)(
    'conditions of a %s',
    (kind) => {
      const conditions = [{ type: 'Ready', status: 'False', message: written }];
      const object = KINDS[kind].project({ metadata: { name: 'a' }, spec: {}, status: { conditions } });
      expect(shown(object)).toContain('registry.example.com/v2/shop?token=…');
      expect(shown(object)).not.toMatch(/hunter2|eyJ/);
    },
  );

  test('what probes ask and execute', () => {
    const livenessProbe = { exec: { command: ['redis-cli', '--password', 'hunter2', 'ping'] } };
    const readinessProbe = { httpGet: { path: '/ready?key=hunter2', port: 80 } };
    const pod = KINDS.Pod.project({
      metadata: { name: 'a' },
      spec: { containers: [{ name: 'c', livenessProbe, readinessProbe }] },
    });
    expect(pod.spec.containers).toEqual([
      {
        name: 'c',
        livenessProbe: { exec: { command: ['redis-cli --password … ping'] } },
        readinessProbe: { httpGet: { path: '/ready?key=…', port: 80 } },
      },
    ]);
  });
});
