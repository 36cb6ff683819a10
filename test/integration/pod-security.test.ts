import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { whyNoApiServer } from '../support/apiserver.ts';
import { type Installation, install, OPERATOR_NAMESPACE, ROOT } from '../support/installation.ts';
import { isLeftOut } from '../support/left-out.ts';

const isSkipped = isLeftOut('a namespace that enforces Pod Security restricted', whyNoApiServer());

interface Deployment {
  readonly kind: string;
  readonly spec: { readonly template: { readonly metadata: object; readonly spec: PodSpec } };
}

interface PodSpec {
  readonly containers: readonly object[];
}

describe.skipIf(isSkipped)('a namespace that enforces Pod Security restricted', () => {
  let installation: Installation;

  beforeAll(async () => {
    installation = await install();
  });

  afterAll(() => installation?.remove());

  const create = (name: string, spec: object, metadata: object = {}) => {
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, namespace: OPERATOR_NAMESPACE, name },
      spec,
    };
    return installation.server.kubectl(
      'create',
      '-f',
      installation.file(`${name}.json`, JSON.stringify(pod)),
    );
  };

  test.each(['deploy/base', 'deploy/overlays/one-namespace', 'deploy/overlays/aws-irsa'])(
    'takes the Pods of %s',
    async (folder) => {
      const documents = parseAllDocuments(await installation.kubectl('kustomize', `${ROOT}${folder}`));
      const [template] = documents
        .map((document) => document.toJS() as Deployment)
        .flatMap(({ kind, spec }) => (kind === 'Deployment' ? [spec.template] : []));
      if (template === undefined) throw new Error(`${folder} has no Deployment`);
      const name = folder.replace(/[^a-z]+/g, '-');
      expect(await create(name, template.spec, template.metadata)).toMatchObject({
        succeeded: true,
        stderr: '',
      });
      const [container, ...others] = template.spec.containers;
      const lax = { ...template.spec, containers: [{ ...container, securityContext: {} }, ...others] };
      expect(await create(`${name}-lax`, lax, template.metadata)).toMatchObject({
        succeeded: false,
        stderr: expect.stringContaining('violates PodSecurity "restricted:latest"'),
      });
    },
  );
});
