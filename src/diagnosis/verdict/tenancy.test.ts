import { describe, expect, test } from 'vitest';
import type { Diagnosis, JudgedFinding } from '../model/diagnosis.ts';
import { NOT_APPLICABLE, type Route } from '../model/evidence.ts';
import { found } from '../model/lookup.ts';
import { type ObjectReference, referenceTo } from '../model/reference.ts';
import { foreignObjects, withhold } from './tenancy.ts';

const HOME = 'monitoring';
const reference = (kind: string, namespace: string, name: string) =>
  referenceTo({ kind, namespace, name }, HOME);

const ingress = reference('Ingress', 'shop', 'front');
const service = reference('Service', 'shop', 'cart');
const pod = reference('Pod', 'shop', 'cart-1');
const own = reference('Ingress', HOME, 'front-door');

const finding = (subject: ObjectReference, rest: Partial<JudgedFinding> = {}): JudgedFinding => ({
  id: `id-${subject.ref}`,
  check: 'service-target-port',
  reason: 'TargetPortNotOpen',
  severity: 'Error',
  owner: 'DevOps',
  layer: 'Service',
  subject,
  message: 'Service cart sends to port 8081',
  evidence: [],
  ...rest,
});

const diagnosis: Diagnosis = {
  verdict: {
    owner: 'DevOps',
    layer: 'Service',
    reason: 'TargetPortNotOpen',
    summary: 'Service cart sends to port 8081',
    culprit: service,
    confidence: 'High',
    fix: 'Set targetPort of Service cart',
    commands: ["kubectl -n 'shop' get service 'cart'"],
  },
  path: [
    { hop: 'DNS', result: 'OK' },
    { hop: 'Ingress', ref: ingress.ref, result: 'OK' },
    { hop: 'Service', ref: service.ref, result: 'Failed', message: 'Service cart sends to port 8081' },
    { hop: 'Endpoint', ref: pod.ref, result: 'Failed' },
    { hop: 'Endpoint', ref: '10.0.0.9', result: 'Failed' },
  ],
  endpointsOmitted: 3,
  findings: [finding(service), finding(pod, { causedBy: `id-${service.ref}` })],
  notChecked: [
    { check: 'pod-events', reason: 'Forbidden', message: 'Forbidden: may not list events in namespace shop' },
    { check: 'dials', reason: 'NotConfigured', message: 'Ports of Pods are not dialled from here' },
  ],
};

test('where everything may be shown, nothing changes', () => {
  expect(withhold(diagnosis, [])).toBe(diagnosis);
});

test('of hidden objects only owner and layer are told', () => {
  const summary = 'What is wrong lies in a namespace that the ServiceAccount of the probe may not read';
  expect(withhold(diagnosis, [ingress, service, pod])).toEqual({
    verdict: { owner: 'DevOps', layer: 'Service', reason: 'NotPermitted', summary, confidence: 'High' },
    path: [
      { hop: 'DNS', result: 'OK' },
      { hop: 'Ingress', result: 'NotPermitted' },
      { hop: 'Service', result: 'NotPermitted' },
      { hop: 'Endpoint', result: 'NotPermitted' },
    ],
    endpointsOmitted: 0,
    findings: [],
    notChecked: [
      { check: 'pod-events', reason: 'Forbidden' },
      { check: 'dials', reason: 'NotConfigured', message: 'Ports of Pods are not dialled from here' },
    ],
  });
});

test('what may be read is told, and does not point to what may not', () => {
  const [shown, ...others] = withhold(diagnosis, [service]).findings;
  expect(shown).toMatchObject({ subject: pod, reason: 'TargetPortNotOpen', evidence: [] });
  expect(shown?.causedBy).toBeUndefined();
  expect(others).toEqual([]);
  expect(withhold(diagnosis, [pod]).findings).toEqual([finding(service)]);
});

describe('a finding about an object of its own', () => {
  const conflict = finding(own, {
    message:
      'Ingress shop/front also claims shop.example.com/ and takes its requests before Ingress front-door',
    fix: 'Take it out of Ingress shop/front',
  });

  test('does not name the hidden one', () => {
    const { findings } = withhold({ ...diagnosis, findings: [conflict] }, [ingress]);
    expect(findings).toMatchObject([{ subject: own, evidence: [] }]);
    expect(JSON.stringify(findings)).not.toMatch(/shop\/front|front[^-]/);
  });

  test('stays whole where it names none', () => {
    const local = finding(own, { message: 'Ingress front-door has no class', causedBy: 'id-gone' });
    const { causedBy: _, ...kept } = local;
    expect(withhold({ ...diagnosis, findings: [local] }, [ingress]).findings).toEqual([kept]);
  });

  test('stays whole where a hidden object only has its name', () => {
    const local = finding(own, { message: 'Ingress front-door has no class' });
    const twin = reference('Ingress', 'shop', 'front-door');
    expect(withhold({ ...diagnosis, findings: [local] }, [twin]).findings).toEqual([local]);
  });
});

test('foreign objects are those of the route and of the findings, each once', () => {
  const object = { metadata: { namespace: 'shop', name: 'front' }, spec: {} };
  const match = { ingress: object, field: 'spec.defaultBackend', backend: { service: { name: 'cart' } } };
  const route = {
    home: found(HOME),
    ingress: found({ candidates: [object], match, rivals: [], otherHosts: [] }),
    service: found({ reference: service, askedBy: own, otherServices: [] }),
    pods: found({
      pods: [{ metadata: { namespace: 'shop', name: 'cart-1' }, spec: { containers: [] }, status: {} }],
      ownerOf: new Map([['cart-1', reference('Deployment', 'shop', 'cart')]]),
    }),
    endpoints: NOT_APPLICABLE,
  } as unknown as Route;
  expect(foreignObjects(route, diagnosis, HOME).map(({ ref }) => ref)).toEqual([
    'Ingress/shop/front',
    'Service/shop/cart',
    'Pod/shop/cart-1',
    'Deployment/shop/cart',
  ]);
  expect(foreignObjects(route, { ...diagnosis, findings: [] }, 'shop')).toEqual([]);
});

test('the Service that the controller asks about callers is a foreign object too, with all behind it', () => {
  const auth = { kind: 'Deployment', metadata: { namespace: 'auth', name: 'oauth2-proxy' }, spec: {} };
  const evidence = {
    authService: found({
      reference: reference('Service', 'auth', 'sign-in'),
      askedPort: 80,
      endpoints: [],
      pods: {
        pods: [
          { metadata: { namespace: 'auth', name: 'oauth2-proxy-1' }, spec: { containers: [] }, status: {} },
        ],
        ownerOf: new Map([['oauth2-proxy-1', reference('Deployment', 'auth', 'oauth2-proxy')]]),
      },
      workloads: { selected: [auth], others: [] },
    }),
  } as unknown as Route;
  const none = { ...diagnosis, verdict: { ...diagnosis.verdict, culprit: own }, findings: [] };
  expect(foreignObjects(evidence, none, HOME).map(({ ref }) => ref)).toEqual([
    'Service/auth/sign-in',
    'Pod/auth/oauth2-proxy-1',
    'Deployment/auth/oauth2-proxy',
  ]);
});

test('what runs the ingress controller is a foreign object too', () => {
  const evidence = {
    controllerWorkload: found({
      pods: {
        pods: [
          { metadata: { namespace: 'ingress', name: 'traefik-1' }, spec: { containers: [] }, status: {} },
        ],
        ownerOf: new Map([['traefik-1', reference('Deployment', 'ingress', 'traefik')]]),
      },
      workloads: { selected: [], others: [] },
      events: [],
    }),
  } as unknown as Route;
  const none = { ...diagnosis, verdict: { ...diagnosis.verdict, culprit: own }, findings: [] };
  expect(foreignObjects(evidence, none, HOME).map(({ ref }) => ref)).toEqual([
    'Pod/ingress/traefik-1',
    'Deployment/ingress/traefik',
  ]);
});
