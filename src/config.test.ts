import { Command } from 'commander';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { clusterOptions, configFrom, runOptions } from './config.ts';

afterEach(() => vi.unstubAllEnvs());

/** What `statusprobe run` reads from these flags. */
function config(...flags: readonly string[]) {
  const command = new Command('run').exitOverride().configureOutput({ writeErr: () => {} });
  for (const option of [...clusterOptions(), ...runOptions()]) command.addOption(option);
  command.parse(['node', 'run', ...flags]);
  return configFrom(command.opts());
}

function inEnvironment(variables: Readonly<Record<string, string | undefined>>) {
  const none = {
    KUBECONFIG: undefined,
    KUBERNETES_SERVICE_HOST: undefined,
    POD_NAME: undefined,
    POD_NAMESPACE: undefined,
  };
  for (const [name, value] of Object.entries({ ...none, ...variables })) vi.stubEnv(name, value);
}

describe('the configuration', () => {
  it('has a value for everything', () => {
    inEnvironment({ POD_NAME: 'statusprobe-1' });
    expect(config()).toEqual({
      crossNamespaceEvidence: 'check',
      concurrency: 1000,
      logLevel: 'info',
      metricsPort: 8080,
      healthPort: 8081,
      podLogs: false,
      clusterDomain: 'cluster.local',
      clusterNetwork: false,
      chainInfo: true,
      correlation: true,
      automaticProbes: false,
      probeEndpoint: false,
      instance: 'statusprobe-1',
      leaseNamespace: 'statusprobe-system',
    });
  });

  it('takes flags before the environment', () => {
    inEnvironment({
      STATUSPROBE_CONCURRENCY: '7',
      STATUSPROBE_NAMESPACE: 'shop',
      POD_NAMESPACE: 'monitoring',
    });
    expect(config('--concurrency', '9', '--pod-logs', '--no-chain-info', '--no-correlation')).toMatchObject({
      concurrency: 9,
      namespace: 'shop',
      leaseNamespace: 'monitoring',
      podLogs: true,
      chainInfo: false,
      correlation: false,
    });
  });

  it.each([
    [['--web'], { host: '127.0.0.1', port: 8082 }],
    [['--web', '0.0.0.0:9000'], { host: '0.0.0.0', port: 9000 }],
    [['--web', '[::1]:0'], { host: '::1', port: 0 }],
    [[], undefined],
  ])('serves the page by %j at %j', (flags, web) => {
    inEnvironment({});
    expect(config(...flags).web).toEqual(web);
    vi.stubEnv('STATUSPROBE_WEB', '127.0.0.1:9001');
    expect(config().web).toEqual({ host: '127.0.0.1', port: 9001 });
  });

  it('uses the ServiceAccount inside a Pod, unless a kubeconfig is named', () => {
    inEnvironment({ KUBERNETES_SERVICE_HOST: '10.96.0.1', KUBERNETES_SERVICE_PORT: '6443', POD_NAME: 'a' });
    expect(config()).toMatchObject({ inCluster: { host: '10.96.0.1', port: '6443' } });
    expect(config('--kubeconfig', 'file')).not.toHaveProperty('inCluster');
    expect(config('--context', 'other')).not.toHaveProperty('inCluster');
    vi.stubEnv('KUBECONFIG', 'file');
    expect(config()).not.toHaveProperty('inCluster');
  });

  it('cannot be changed', () => expect(Object.isFrozen(config())).toBe(true));

  it.each([
    [['--concurrency', '0'], /--concurrency <number>.*It must be a whole number from 1 to 100000\./],
    [['--concurrency', '1.5'], /It must be a whole number/],
    [['--metrics-port', '70000'], /It must be a whole number from 0 to 65535\./],
    [['--web', '8082'], /It must be an address and a port, such as 127\.0\.0\.1:8082/],
    [['--web', 'localhost:70000'], /It must be an address and a port/],
    [['--namespace', 'Shop'], /It must be a Kubernetes name/],
    [['--instance', 'a b'], /It must be a Kubernetes name/],
    [['--log-level', 'loud'], /Allowed choices are trace, debug, info, warn, error, silent\./],
    [['--cross-namespace-evidence', 'maybe'], /Allowed choices are check, allow\./],
    [['--colour'], /unknown option '--colour'/],
  ])('refuses %j with one sentence', (flags, sentence) => expect(() => config(...flags)).toThrow(sentence));
});
