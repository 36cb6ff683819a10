module statusprobe.io/hack/cluster/binaries/pause

go 1.24.0
