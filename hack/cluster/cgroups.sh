# The cgroups of one cluster: whatever runs in them belongs to the cluster, and nothing else does; to be sourced.
# A membership cannot be mistaken as a recorded process id can, and every child inherits it.
# shellcheck shell=bash

CGROUPS=/sys/fs/cgroup

cgroup_version() {
  if [[ $(stat -f -c %T "$CGROUPS") == cgroup2fs ]]; then echo 2; else echo 1; fi
}

# The cluster's directory in each hierarchy (cgroup v1) or in the only one (v2).
cluster_cgroups() {
  if [[ $(cgroup_version) == 2 ]]; then
    echo "$CGROUPS/$CLUSTER_NAME"
  else
    local hierarchy
    for hierarchy in "$CGROUPS"/*/; do
      # Controllers that are mounted together also appear as symbolic links.
      [[ -L ${hierarchy%/} || ! -f $hierarchy/cgroup.procs ]] || echo "$hierarchy$CLUSTER_NAME"
    done
  fi
}

# The one hierarchy by which processes are found.
process_cgroup() {
  if [[ $(cgroup_version) == 2 ]]; then echo "$CGROUPS/$CLUSTER_NAME"; else echo "$CGROUPS/memory/$CLUSTER_NAME"; fi
}

create_cgroups() {
  local directory
  while read -r directory; do
    mkdir -p "$directory"
    if [[ -f $directory/cpuset.cpus && $(cgroup_version) == 1 ]]; then
      cat "${directory%/*}/cpuset.cpus" >"$directory/cpuset.cpus"
      cat "${directory%/*}/cpuset.mems" >"$directory/cpuset.mems"
    fi
  done < <(cluster_cgroups)
  if [[ $(cgroup_version) == 2 ]]; then
    local controllers
    controllers=$(sed 's/[a-z]*/+&/g' "$directory/cgroup.controllers")
    echo "$controllers" >"$directory/cgroup.subtree_control"
  fi
  mkdir -p "$(process_cgroup)/system"
}

cluster_processes() {
  local root
  root=$(process_cgroup)
  [[ ! -d $root ]] || find "$root" -name cgroup.procs -exec cat {} + 2>/dev/null || true
}

# The host's id of the node's first process: the one that is number 1 exactly one level below the host.
node_init() {
  local pids pid
  pids=$(cat "$(process_cgroup)/system/cgroup.procs" 2>/dev/null) || return 1
  for pid in $pids; do
    if grep -qsE $'^NSpid:\t[0-9]+\t1$' "/proc/$pid/status"; then
      echo "$pid"
      return
    fi
  done
  return 1
}

kill_cluster_processes() {
  local pids attempt init
  # With its first process the whole process namespace dies at once.
  if init=$(node_init); then kill -KILL "$init" 2>/dev/null || true; fi
  for ((attempt = 0; attempt < 100; attempt++)); do
    pids=$(cluster_processes)
    [[ -n $pids ]] || return 0
    # shellcheck disable=SC2086  # one word per process
    kill -KILL $pids 2>/dev/null || true
    sleep 0.1
  done
  say "these processes of the cluster do not die: $(tr '\n' ' ' <<<"$pids")"
  return 1
}

remove_cgroups() {
  local directory attempt
  while read -r directory; do
    for ((attempt = 0; attempt < 20; attempt++)); do
      [[ -d $directory ]] || break
      find "$directory" -depth -type d -exec rmdir {} + 2>/dev/null || sleep 0.1
    done
  done < <(cluster_cgroups)
}
