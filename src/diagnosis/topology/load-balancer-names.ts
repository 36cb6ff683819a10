/** Of an Application Load Balancer the region stands before `elb`, of a Network Load Balancer behind it. */
const APPLICATION = /\.([a-z]+(?:-[a-z]+)+-\d)\.elb\.amazonaws\.com(?:\.cn)?$/;
const NETWORK = /\.elb\.([a-z]+(?:-[a-z]+)+-\d)\.amazonaws\.com(?:\.cn)?$/;

/** The region in a load balancer's DNS name, such as `k8s-shop-0123456789.eu-central-1.elb.amazonaws.com`. */
export const regionOfHost = (host: string): string | undefined =>
  APPLICATION.exec(host.toLowerCase())?.[1] ?? NETWORK.exec(host.toLowerCase())?.[1];

export const isLoadBalancerHost = (host: string): boolean => regionOfHost(host) !== undefined;

/** The name that AWS itself gives a load balancer; `dualstack.` is an alias in front of it. */
export const plainHost = (host: string): string => host.toLowerCase().replace(/^dualstack\./, '');
