// All Pods as the operator keeps them.
import { KINDS } from '../../../dist/evidence/cluster/kinds.js';
import { scopeIndex } from '../../../dist/evidence/cluster/scope-index.js';
import { inClusterAccess } from '../../../dist/kubernetes/cluster-access.js';
import { startReflector } from '../../../dist/kubernetes/reflector.js';
import { createStore } from '../../../dist/kubernetes/store.js';
import { createTransport } from '../../../dist/kubernetes/transport.js';

const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = process.env;
const { resource, project } = KINDS.Pod;
const store = createStore({ indexes: scopeIndex('Pod') });
const transport = createTransport(inClusterAccess({ host, port }));
await startReflector({ transport, resource, project, sink: store }).whenSynced();
process.stdout.write(`${store.size}\n`);
