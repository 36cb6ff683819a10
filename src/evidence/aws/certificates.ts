import type { DescribeListenerCertificatesCommandOutput } from '@aws-sdk/client-elastic-load-balancing-v2';
import { parseARN } from '../../diagnosis/model/arn.ts';
import type { Certificate } from '../../diagnosis/model/aws.ts';
import { found, type Lookup, mapLookup } from '../../diagnosis/model/lookup.ts';
import { keepShape } from '../cluster/shape.ts';
import type { Region } from './account.ts';
import { pages } from './pages.ts';
import { CERTIFICATE } from './shapes.ts';

/** A listener has 25 unless AWS was asked for more; of the others only the ARN is known. */
const MAXIMUM_DESCRIBED = 25;

/** ARNs; the default certificate is listed twice. */
async function attachedTo(
  { clients, call }: Region,
  ListenerArn: string,
): Promise<Lookup<ReadonlySet<string>>> {
  const { DescribeListenerCertificatesCommand } = await import('@aws-sdk/client-elastic-load-balancing-v2');
  const client = await clients.loadBalancing();
  const action = 'elasticloadbalancing:DescribeListenerCertificates';
  const listed = await pages<DescribeListenerCertificatesCommandOutput>((marker) =>
    call({ action, resource: '*' }, (options) =>
      client.send(new DescribeListenerCertificatesCommand({ ListenerArn, ...marker }), options),
    ),
  );
  return mapLookup(listed, (all) => {
    const certificates = all.flatMap(({ Certificates = [] }) => Certificates);
    return new Set(certificates.flatMap(({ CertificateArn }) => CertificateArn ?? []));
  });
}

async function described({ clients, call }: Region, CertificateArn: string): Promise<Lookup<Certificate>> {
  if (parseARN(CertificateArn)?.service !== 'acm') return found({ CertificateArn });
  const { DescribeCertificateCommand } = await import('@aws-sdk/client-acm');
  const client = await clients.certificates();
  const answer = await call({ action: 'acm:DescribeCertificate', resource: CertificateArn }, (options) =>
    client.send(new DescribeCertificateCommand({ CertificateArn }), options),
  );
  return mapLookup(answer, ({ Certificate: known }) =>
    keepShape<Certificate>(CERTIFICATE, {
      ...known,
      CertificateArn,
      NotAfter: known?.NotAfter?.toISOString(),
    }),
  );
}

/** All certificates of a listener; those that were uploaded to IAM are not described. */
export async function readCertificates(
  region: Region,
  listenerARN: string,
): Promise<Lookup<readonly Certificate[]>> {
  const attached = await attachedTo(region, listenerARN);
  if (!attached.ok) return attached;
  const certificates: Certificate[] = [];
  for (const CertificateArn of attached.value) {
    const isMany = certificates.length >= MAXIMUM_DESCRIBED;
    const known = isMany ? found({ CertificateArn }) : await described(region, CertificateArn);
    if (!known.ok) return known;
    certificates.push(known.value);
  }
  return found(certificates);
}
