module statusprobe.io/hack/cluster/binaries/gateway-api

go 1.24.0

// Only its CRDs are used: the version that the pinned Traefik is built with.
require sigs.k8s.io/gateway-api v1.6.3
