import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { resolveSpec } from '../api/defaults.ts';
import { NOT_APPLICABLE, ROUTE_SLOTS, type Route } from '../diagnosis/model/evidence.ts';
import { couldNotLook, found } from '../diagnosis/model/lookup.ts';
import type { Observation } from '../diagnosis/model/observation.ts';
import type { ProbeRequest } from '../probe/request.ts';
import type { Inquiry, World } from './look.ts';
import { type NamespacePolicy, NO_POLICY, policyFor } from './policy.ts';
import { conditionOf } from './status/judgement.ts';
import { type StoredProbe, toStoredProbe } from './stored-probe.ts';
import { type Memory, type Visited, type VisitParts, visit } from './visit.ts';

const NOW = Date.parse('2030-01-01T00:00:00.000Z');

const observed = (overrides: Partial<Observation> = {}): Observation => ({
  time: '2030-01-01T00:00:00.000Z',
  method: 'GET',
  url: 'http://a.test/',
  finalURL: 'http://a.test/',
  code: 200,
  success: true,
  redirects: [],
  durationMilliseconds: { resolve: 0, connect: 0, tls: 0, processing: 0, transfer: 0, total: 0 },
  headers: {},
  ...overrides,
});

const failedBy = (
  phase: 'Connect' | 'Assert' | 'Send',
  reason: string,
  overrides: Partial<Observation> = {},
) => {
  const { code: _, ...nobody } = observed();
  return {
    ...nobody,
    success: false,
    failure: { phase, reason, message: `because of ${reason}` },
    ...overrides,
  };
};

/** A route of which nothing applies. */
const ROUTE = Object.fromEntries(ROUTE_SLOTS.map((slot) => [slot, NOT_APPLICABLE])) as unknown as Route;

interface Surroundings extends Partial<World> {
  readonly answer?: Observation;
  readonly inquiries?: Inquiry[];
  readonly diagnosisTakes?: number;
}

/** A world in which every target gives the same answer. */
function worldOf({
  answer = observed(),
  inquiries = [],
  diagnosisTakes = 0,
  ...others
}: Surroundings = {}): World {
  return {
    reader: { get: async () => found(undefined), list: async () => found([]) },
    valuesFor: () => async () => undefined,
    forgetValues: () => {},
    async probe(inquiry) {
      inquiries.push(inquiry);
      return answer;
    },
    investigate: () => ({
      async locate() {
        await sleep(diagnosisTakes);
        return ROUTE;
      },
      gather: async () => ({}),
      sha256: (text) => text,
    }),
    whyBlind: async () => undefined,
    start: (work) => ({ begun: Promise.resolve(), done: work() }),
    isCrowded: () => false,
    now: () => NOW,
    ...others,
  };
}

const probeOf = (spec: object, overrides: Partial<StoredProbe> = {}): StoredProbe => ({
  ...toStoredProbe({ metadata: { namespace: 'shop', name: 'web', uid: 'u', generation: 1 }, spec }),
  ...overrides,
});

const URL_SPEC = { target: { url: 'http://a.test/' } };

async function visits(
  probe: StoredProbe,
  world: World,
  {
    memory = {},
    signal = new AbortController().signal,
    ...parts
  }: { memory?: Memory; signal?: AbortSignal } & Partial<VisitParts> = {},
): Promise<Visited[]> {
  const policy: NamespacePolicy = policyFor(NO_POLICY, {});
  const all: Visited[] = [];
  for await (const visited of visit(probe, memory, signal, {
    world,
    policy,
    olderProbes: () => 0,
    ...parts,
  })) {
    all.push(visited);
  }
  return all;
}

const conditionsOf = ({ record: { status } }: Visited) =>
  Object.fromEntries(
    (status.conditions ?? []).map(({ type, status: value, reason }) => [type, `${value} ${reason}`]),
  );

const only = async (...args: Parameters<typeof visits>): Promise<Visited> => {
  const all = await visits(...args);
  expect(all).toHaveLength(1);
  return all[0] as Visited;
};

describe('a visit', () => {
  it('asks what the spec says, and judges the answer', async () => {
    const inquiries: Inquiry[] = [];
    const visited = await only(probeOf(URL_SPEC), worldOf({ inquiries }));
    expect(inquiries.map(({ request }) => [request.url, request.method])).toEqual([
      ['http://a.test/', 'GET'],
    ]);
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'True Probing', Healthy: 'True Healthy' });
    expect(conditionOf(visited.record.status, 'Ready')?.message).toBe('Probing http://a.test/ every 30s');
  });

  it('tells those who look for the cause when the failure began, but not of another question', async () => {
    const inquiries: Inquiry[] = [];
    const answer = failedBy('Connect', 'ConnectionRefused');
    const world = worldOf({ inquiries, answer });
    const later = worldOf({ inquiries, answer: { ...answer, time: '2030-01-01T00:00:30.000Z' } });
    const probe = probeOf({ ...URL_SPEC, failureThreshold: 3 });
    const first = await only(probe, world);
    const second = await only(probe, later, { memory: first });
    await only(probe, later, { memory: second });
    await only(probeOf({ target: { url: 'http://b.test/' } }, { generation: 2 }), later, { memory: second });
    expect(inquiries.map(({ failingSince }) => failingSince)).toEqual([
      undefined,
      answer.time,
      answer.time,
      undefined,
    ]);
  });

  it('lets a verdict stand where it may rest, as long as the answer stays the same', async () => {
    const looked: string[] = [];
    const answering = (answer: Observation) => {
      const world = worldOf({ answer });
      return {
        ...world,
        investigate: (inquiry: Inquiry) => {
          looked.push(answer.failure?.reason ?? '');
          return world.investigate(inquiry);
        },
      };
    };
    const refused = answering(failedBy('Connect', 'ConnectionRefused'));
    const reset = answering(failedBy('Connect', 'ConnectionReset'));
    const probe = probeOf(URL_SPEC);
    const first = await only(probe, refused, { mayRest: true });
    const rested = await only(probe, refused, { memory: first, mayRest: true });
    expect(looked).toEqual(['ConnectionRefused']);
    expect(rested.record.status.verdict).toEqual(first.record.status.verdict);
    expect(rested.record.absences).toBe(first.record.absences);
    await only(probe, refused, { memory: rested, mayRest: false });
    await only(probe, reset, { memory: rested, mayRest: true });
    await only(probeOf({ target: { url: 'http://b.test/' } }, { generation: 2 }), refused, {
      memory: rested,
      mayRest: true,
    });
    expect(looked).toEqual([
      'ConnectionRefused',
      'ConnectionRefused',
      'ConnectionReset',
      'ConnectionRefused',
    ]);
  });

  it('keeps what the prober knows things by, until the spec changes', async () => {
    const inquiries: Inquiry[] = [];
    const world = worldOf({ inquiries });
    const spec = { ...URL_SPEC, request: { tls: { serverName: 'b.test' } } };
    const first = await only(probeOf(spec), world);
    const second = await only(probeOf(spec), world, { memory: first });
    const other = { ...spec, expect: { statusCodes: ['204'] } };
    await only(probeOf(other, { generation: 2 }), world, { memory: second });
    const [a, b, c] = inquiries as [Inquiry, Inquiry, Inquiry];
    expect(b.expectation).toBe(a.expectation);
    expect(b.request.tls).toBe(a.request.tls);
    expect(c.expectation.statusCodes).toEqual(['204']);
  });

  it.each<[string, object, Surroundings, string]>([
    ['a spec that cannot be read', { target: {} }, {}, 'False InvalidSpec'],
    [
      'an expectation that only the prober finds out',
      URL_SPEC,
      { answer: failedBy('Assert', 'InvalidExpectation') },
      'False InvalidSpec',
    ],
    [
      'a Secret that is not there',
      { ...URL_SPEC, request: { basicAuth: { secretRef: { name: 's' } } } },
      {},
      'False SecretNotFound',
    ],
    [
      'a target that the guard refuses',
      URL_SPEC,
      {
        answer: failedBy('Connect', 'TargetRefused', {
          refusal: { rule: 'R', purpose: 'target', host: 'a', remedy: '' },
        }),
      },
      'False TargetRefused',
    ],
  ])('is refused: %s', async (_, spec, surroundings, ready) => {
    const visited = await only(probeOf(spec), worldOf(surroundings));
    expect(conditionsOf(visited)).toMatchObject({ Ready: ready, Healthy: 'Unknown NotProbed' });
    expect(visited.record.status.verdict?.owner).toBe('None');
  });

  it('is refused where the namespace has used up what the policy allows', async () => {
    const inquiries: Inquiry[] = [];
    const policy = { ...policyFor(NO_POLICY, {}), maximumProbes: 3 };
    const visited = await only(probeOf(URL_SPEC), worldOf({ inquiries }), { policy, olderProbes: () => 3 });
    expect(conditionsOf(visited).Ready).toBe('False QuotaExceeded');
    expect(inquiries).toEqual([]);
    await only(probeOf(URL_SPEC), worldOf({ inquiries }), { policy, olderProbes: () => 2 });
    expect(inquiries).toHaveLength(1);
  });

  it('asks nobody while it is suspended', async () => {
    const inquiries: Inquiry[] = [];
    const visited = await only(probeOf({ ...URL_SPEC, suspend: true }), worldOf({ inquiries }));
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'True Suspended', Healthy: 'Unknown Suspended' });
    expect(inquiries).toEqual([]);
  });

  it('asks nobody while a maintenance window is open, and says until when', async () => {
    const inquiries: Inquiry[] = [];
    const maintenance = [{ schedule: '0 0 * * *', duration: '24h' }];
    const visited = await only(probeOf({ ...URL_SPEC, maintenance }), worldOf({ inquiries }));
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'True Suspended', Healthy: 'Unknown Suspended' });
    expect(visited.record.status.conditions?.[0]?.message).toBe(
      'Not probed until 2030-01-02T00:00:00Z: the maintenance window 0 0 * * * (Etc/UTC) is open',
    );
    expect(inquiries).toEqual([]);
  });

  it('refuses a maintenance window that makes no sense', async () => {
    const maintenance = [{ schedule: '61 0 * * *', duration: '1h' }];
    const visited = await only(probeOf({ ...URL_SPEC, maintenance }), worldOf());
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'False InvalidSpec', Healthy: 'Unknown NotProbed' });
  });

  it('tells a missing target as a failure, without asking whether the replica is cut off', async () => {
    const whyBlind = async () => 'never asked';
    const spec = { target: { serviceRef: { name: 'web', port: 80 } } };
    const visited = await only(probeOf(spec), worldOf({ whyBlind }));
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'True Probing', Healthy: 'False TargetNotFound' });
    expect(visited.record.status.target).toBe('http://web.shop.svc/');
  });

  it.each<[string, object, Surroundings]>([
    [
      'a failure of a replica that is cut off',
      URL_SPEC,
      { answer: failedBy('Connect', 'ConnectTimeout'), whyBlind: async () => 'cut off' },
    ],
    ['a defect of the prober', URL_SPEC, { answer: failedBy('Send', 'ProberFailed') }],
    [
      'a cluster that cannot be looked at',
      { target: { serviceRef: { name: 'web', port: 80 } } },
      {
        reader: {
          get: async () => couldNotLook('Forbidden', 'no'),
          list: async () => couldNotLook('Forbidden', 'no'),
        },
      },
    ],
  ])('accuses nobody of %s', async (_, spec, surroundings) => {
    const visited = await only(probeOf(spec), worldOf(surroundings));
    expect(conditionsOf(visited)).toMatchObject({ Ready: 'True Probing', Healthy: 'Unknown ProberFailed' });
  });

  it('believes an answer, wherever it stands', async () => {
    const answer = failedBy('Assert', 'UnexpectedStatus', { code: 502 });
    const visited = await only(probeOf(URL_SPEC), worldOf({ answer, whyBlind: async () => 'cut off' }));
    expect(conditionsOf(visited).Healthy).toBe('False HTTP502');
  });

  it('brings nothing when it is cut short', async () => {
    expect(await visits(probeOf(URL_SPEC), worldOf({ answer: failedBy('Connect', 'Cancelled') }))).toEqual(
      [],
    );
    const controller = new AbortController();
    const world = worldOf({
      answer: failedBy('Assert', 'UnexpectedStatus', { code: 502 }),
      diagnosisTakes: 20,
    });
    const visiting = visits(probeOf(URL_SPEC), world, { signal: controller.signal });
    controller.abort();
    expect(await visiting).toEqual([]);
  });

  it('tells a failure before its cause where that takes long, and counts it once', async () => {
    const answer = failedBy('Assert', 'UnexpectedStatus', { code: 502 });
    const spec = { ...URL_SPEC, failureThreshold: 1 };
    const [early, last] = await visits(probeOf(spec), worldOf({ answer, diagnosisTakes: 3_200 }));
    expect(conditionsOf(early as Visited)).toMatchObject({
      Healthy: 'False HTTP502',
      Diagnosed: 'Unknown InProgress',
    });
    expect(conditionsOf(last as Visited)).toMatchObject({
      Healthy: 'False HTTP502',
      Diagnosed: 'True Unknown',
    });
    expect(last?.record.status.history).toHaveLength(1);
  });

  it('gives a diagnosis up that does not come to an end', async () => {
    const answer = failedBy('Assert', 'UnexpectedStatus', { code: 502 });
    const spec = { ...URL_SPEC, timeout: '100ms' };
    const outcomes = await visits(probeOf(spec), worldOf({ answer, diagnosisTakes: 15_000 }));
    expect(outcomes.map((visited) => conditionsOf(visited).Diagnosed)).toEqual([
      'Unknown InProgress',
      'False BudgetExceeded',
    ]);
  });

  it('tells what it saw although the search for the cause is broken', async () => {
    const answer = failedBy('Assert', 'UnexpectedStatus', { code: 502 });
    const investigate = () => ({
      locate: () => Promise.reject(new TypeError('a defect')),
      gather: async () => ({}),
      sha256: (text: string) => text,
    });
    const parts = {
      world: worldOf({ answer, investigate }),
      policy: policyFor(NO_POLICY, {}),
      olderProbes: () => 0,
    };
    const seen: Visited[] = [];
    const visiting = async () => {
      for await (const visited of visit(probeOf(URL_SPEC), {}, new AbortController().signal, parts))
        seen.push(visited);
    };
    await expect(visiting()).rejects.toThrow('a defect');
    expect(seen.map(conditionsOf)).toMatchObject([
      { Healthy: 'False HTTP502', Diagnosed: 'False BudgetExceeded' },
    ]);
  });

  it('says that it does not diagnose where the spec says so', async () => {
    const answer = failedBy('Assert', 'UnexpectedStatus', { code: 502 });
    const visited = await only(probeOf({ ...URL_SPEC, diagnose: { enabled: false } }), worldOf({ answer }));
    expect(conditionsOf(visited)).toMatchObject({ Healthy: 'False HTTP502', Diagnosed: 'False Disabled' });
  });

  it.each([
    ['Send', 'TokenFailed'],
    ['Connect', 'ProxyRefused'],
    ['Send', 'InvalidRequest'],
  ] as const)(
    'forgets Secrets after a failure that one of them may have caused: %s %s',
    async (phase, reason) => {
      const forgotten: string[] = [];
      const forgetValues = (namespace: string) => void forgotten.push(namespace);
      await only(probeOf(URL_SPEC), worldOf({ forgetValues, answer: failedBy(phase, reason) }));
      expect(forgotten).toEqual(['shop']);
    },
  );

  it.each([401, 403, 407])('forgets Secrets after a %i', async (code) => {
    const forgotten: string[] = [];
    const answer = failedBy('Assert', 'UnexpectedStatus', { code });
    await only(
      probeOf(URL_SPEC),
      worldOf({ answer, forgetValues: (namespace) => forgotten.push(namespace) }),
    );
    expect(forgotten).toEqual(['shop']);
  });
});

describe('where to connect', () => {
  const service = {
    metadata: { namespace: 'shop', name: 'web' },
    spec: { clusterIP: '10.96.0.7', ports: [{ port: 80 }] },
  };
  const reader = {
    get: async () => found(service),
    list: async () => found([]),
  } as unknown as World['reader'];
  const ask = async (request: object): Promise<Inquiry> => {
    const inquiries: Inquiry[] = [];
    await only(
      probeOf({ target: { serviceRef: { name: 'web', port: 80 } }, request }),
      worldOf({ reader, inquiries }),
    );
    return inquiries[0] as Inquiry;
  };

  it('is what the object says, which the guard is told', async () => {
    expect(await ask({})).toMatchObject({
      ownHost: '10.96.0.7',
      request: { connectTo: { host: '10.96.0.7' } },
    });
  });

  it('is what the spec says where it says anything, and that is nobody’s own', async () => {
    const inquiry = await ask({ connectTo: { host: '10.1.2.3' } });
    expect(inquiry.request.connectTo).toEqual({ host: '10.1.2.3' });
    expect(inquiry).not.toHaveProperty('ownHost');
  });

  it('is left to the proxy where there is one', async () => {
    const inquiry = await ask({ proxy: { url: 'http://proxy.test:3128' } });
    expect(inquiry.request).not.toHaveProperty('connectTo' satisfies keyof ProbeRequest);
  });
});

describe('a replica that knows a probe by its stored status alone', () => {
  const failing = failedBy('Assert', 'UnexpectedStatus', { code: 502 });

  it('goes on from there', async () => {
    const first = await only(probeOf(URL_SPEC), worldOf({ answer: failing }));
    const { status } = first.record;
    const later = { ...failing, time: '2030-01-01T00:01:00.000Z' };
    const second = await only(probeOf(URL_SPEC, { status }), worldOf({ answer: later }));
    expect(second.record.status.failingSince).toBe(failing.time);
  });

  it('starts anew where the spec has changed meanwhile', async () => {
    const { status } = (await only(probeOf(URL_SPEC), worldOf({ answer: failing }))).record;
    const later = { ...failing, time: '2030-01-01T00:01:00.000Z' };
    const changed = probeOf(URL_SPEC, { status, generation: 2 });
    expect((await only(changed, worldOf({ answer: later }))).record.status.failingSince).toBe(later.time);
  });
});

it('a spec of an older release is completed', () => {
  expect(probeOf({ target: { url: 'http://a.test/' } }).resolution).toEqual(
    resolveSpec({ spec: { target: { url: 'http://a.test/' } } }),
  );
});
