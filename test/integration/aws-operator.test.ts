import { writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import type { StatusProbeStatus } from '../../src/api/generated.ts';
import { readDump } from '../../src/evidence/cluster/dump.ts';
import { type ApiServer, startApiServer, whyNoApiServer } from '../support/apiserver.ts';
import {
  credentialsFor,
  folder,
  health,
  keys,
  LOGGING,
  logBlocked,
  recorded,
  targetGroupARN,
  useAwsAccount,
} from '../support/aws-account.ts';
import { isLeftOut } from '../support/left-out.ts';
import { type OperatorProcess, startOperator } from '../support/operator-process.ts';
import { SCENARIOS_FOLDER } from '../support/scenarios.ts';

useAwsAccount();

const isSkipped = isLeftOut('the operator on a real API server, with AWS in an emulator', whyNoApiServer());

describe.skipIf(isSkipped)(
  'the operator on a real API server, with AWS in an emulator',
  {
    timeout: 60_000,
  },
  () => {
    const PAGE = (title: string) =>
      `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n</body>\r\n</html>\r\n`;
    const bindings = (group: string, version: string) => ({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'CustomResourceDefinition',
      metadata: { name: `targetgroupbindings.${group}` },
      spec: {
        group,
        scope: 'Namespaced',
        names: { plural: 'targetgroupbindings', singular: 'targetgroupbinding', kind: 'TargetGroupBinding' },
        versions: [
          {
            name: version,
            served: true,
            storage: true,
            schema: { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } },
          },
        ],
      },
    });
    let server: ApiServer;
    let operator: OperatorProcess;
    let port: number;

    const kubectl = async (...command: string[]): Promise<string> => {
      const { succeeded, stdout, stderr } = await server.kubectl(...command);
      if (!succeeded) throw new Error(`kubectl ${command.join(' ')}: ${stderr}`);
      return stdout;
    };

    const apply = async (...objects: readonly object[]): Promise<void> => {
      const file = path.join(folder, `${crypto.randomUUID()}.yaml`);
      writeFileSync(file, objects.map((object) => stringify(object)).join('---\n'));
      await kubectl('apply', '-f', file);
    };

    const probeOf = (name: string, asked: string) => ({
      apiVersion: 'statusprobe.dev/v1alpha1',
      kind: 'StatusProbe',
      metadata: { namespace: 'demo', name },
      spec: {
        interval: '1s',
        timeout: '1s',
        target: { url: `http://shop.example.com/${asked}` },
        request: { connectTo: { host: '127.0.0.1', port } },
      },
    });

    const verdictOf = async (name: string, reason: string): Promise<StatusProbeStatus['verdict']> =>
      vi.waitFor(
        async () => {
          const stored = JSON.parse(await kubectl('-n', 'demo', 'get', 'statusprobe', name, '-o', 'json'));
          expect(stored.status.verdict.reason, JSON.stringify(stored.status)).toBe(reason);
          return stored.status.verdict;
        },
        { timeout: 50_000, interval: 300 },
      );

    beforeAll(async () => {
      credentialsFor(keys);
      recorded.set('GetLoggingConfiguration', LOGGING);
      const balancer = createServer(async (request, response) => {
        const isBlocked = request.url === '/shop';
        if (isBlocked) await logBlocked(request.headers['user-agent'] ?? '');
        const [code, title] = isBlocked
          ? ([403, '403 Forbidden'] as const)
          : ([504, '504 Gateway Time-out'] as const);
        response.writeHead(code, { server: 'awselb/2.0', 'content-type': 'text/html' }).end(PAGE(title));
      }).listen(0, '127.0.0.1');
      await new Promise((resolve) => balancer.once('listening', resolve));
      loadBalancerServer = balancer;
      port = (balancer.address() as AddressInfo).port;
      server = await startApiServer();
      const root = path.join(import.meta.dirname, '..', '..');
      await kubectl('apply', '-f', path.join(root, 'crds', 'statusprobes.yaml'));
      await kubectl('apply', '-k', path.join(root, 'deploy', 'base'));
      await apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo' } });
      await apply(bindings('elbv2.k8s.aws', 'v1beta1'), bindings('eks.amazonaws.com', 'v1'));
      await kubectl('wait', '--for=condition=Established', 'crd', '--all');
      const objects = await readDump(path.join(SCENARIOS_FOLDER, '403--waf-managed-rule-blocks'));
      const ofKind = (...kinds: string[]) => objects.filter(({ kind }) => kinds.includes(kind));
      const [service] = ofKind('Service');
      const [binding] = ofKind('TargetGroupBinding');
      const [ingress] = ofKind('Ingress');
      const annotations = {
        'alb.ingress.kubernetes.io/scheme': 'internet-facing',
        'alb.ingress.kubernetes.io/target-type': 'ip',
        'alb.ingress.kubernetes.io/listen-ports': '[{"HTTP":80}]',
      };
      await apply(
        ...ofKind('IngressClass'),
        { ...ingress, metadata: { ...ingress?.metadata, annotations } },
        { ...service, spec: { ports: [{ name: 'http', port: 80, targetPort: 8080 }] } },
        {
          ...binding,
          spec: { targetGroupARN, targetType: 'ip', serviceRef: { name: 'shop', port: 'http' } },
        },
      );
      const policyFile = path.join(folder, 'policy.yaml');
      writeFileSync(policyFile, stringify({ rules: [{ allowCIDRs: ['127.0.0.0/8'] }] }));
      operator = await startOperator(
        '--kubeconfig',
        server.kubeconfigPath,
        '--policy',
        policyFile,
        '--instance',
        'aws',
      );
    });

    let loadBalancerServer: Server | undefined;
    afterAll(async () => {
      await operator?.stop();
      await server?.stop();
      loadBalancerServer?.close();
    });

    beforeEach(() => {
      recorded.set('DescribeTargetHealth', health('unhealthy', 'Target.Timeout', 'Request timed out'));
    });

    test.each(['elbv2.k8s.aws', 'eks.amazonaws.com'])(
      'the ServiceAccount of the operator may read the bindings of %s, and no more',
      async (group) => {
        const asked = `targetgroupbindings.${group}`;
        const as = '--as=system:serviceaccount:statusprobe-system:statusprobe';
        const listed = JSON.parse(await kubectl(as, '-n', 'demo', 'get', asked, '-o', 'json'));
        expect(listed.items.length).toBe(group === 'elbv2.k8s.aws' ? 1 : 0);
        const { stdout } = await server.kubectl(as, '-n', 'demo', 'auth', 'can-i', 'patch', asked);
        expect(stdout.trim()).toBe('no');
      },
    );

    test('a StatusProbe ends with the rule of AWS WAF that blocked it', async () => {
      await apply(probeOf('shop', 'shop'));
      expect(await verdictOf('shop', 'WAFRuleBlocked')).toMatchObject({
        owner: 'DevOps',
        layer: 'WAF',
        confidence: 'High',
        culprit: { ref: 'WebACL/edge', field: "Rules['no-bots']" },
      });
    });

    test('a StatusProbe ends with the unhealthy target and its reason', async () => {
      await apply(probeOf('cart', 'cart'));
      expect(await verdictOf('cart', 'TargetHealthTimeout')).toMatchObject({
        owner: 'DevOps',
        layer: 'LoadBalancer',
        culprit: { ref: 'TargetGroup/shop' },
      });
    });
  },
);
