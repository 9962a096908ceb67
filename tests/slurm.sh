#!/usr/bin/env bash
# A sweep as a job array on a real Slurm: starts munge, a controller and a node on this machine's loopback, submits an array of 6, kills and
# requeues one element, and holds the data set against a local sweep. Needs root and the packages slurm-wlm and munge.
# Usage: tests/slurm.sh [program, default target/release/musafir]
set -uo pipefail
cd "$(dirname "$0")/.."
bin=$(realpath "${1:-${CARGO_TARGET_DIR:-target}/release/musafir}")
for tool in munged slurmctld slurmd sbatch; do command -v $tool >/dev/null || { echo "$tool is missing: install slurm-wlm and munge" >&2; exit 2; }; done
[ "$(id -u)" = 0 ] || { echo 'root is needed' >&2; exit 2; }
work=$(mktemp -d)
chmod 755 "$work"
host=$(hostname -s)
export SLURM_CONF=$work/slurm.conf
pids=()
# Only what this script started is ended.
stop() {
  scancel --full -u root 2>/dev/null
  for ((i = ${#pids[@]} - 1; i >= 0; i--)); do kill "${pids[i]}" 2>/dev/null; done
  wait 2>/dev/null
  rm -rf "$work"
}
trap stop EXIT
mkdir -p "$work"/{munge,state,spool}
chown munge "$work/munge" && chmod 700 "$work/munge"
dd if=/dev/urandom of="$work/munge/key" bs=1024 count=1 2>/dev/null
chown munge "$work/munge/key" && chmod 400 "$work/munge/key"
mkdir "$work/socket" && chown munge "$work/socket" && chmod 755 "$work/socket"
setpriv --reuid=munge --regid=munge --clear-groups munged --foreground --key-file="$work/munge/key" --socket="$work/socket/s" --pid-file="$work/munge/pid" --log-file="$work/munge/log" --seed-file="$work/munge/seed" >/dev/null 2>&1 &
pids+=($!)
cat > "$SLURM_CONF" <<CONF
ClusterName=test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=16817
SlurmdPort=16818
AuthType=auth/munge
AuthInfo=socket=$work/socket/s
CredType=cred/munge
SlurmUser=root
StateSaveLocation=$work/state
SlurmdSpoolDir=$work/spool
SlurmctldPidFile=$work/slurmctld.pid
SlurmdPidFile=$work/slurmd.pid
SlurmctldLogFile=$work/slurmctld.log
SlurmdLogFile=$work/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
ReturnToService=2
SchedulerType=sched/backfill
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
MinJobAge=600
NodeName=$host NodeAddr=127.0.0.1 CPUs=$(nproc) RealMemory=$(awk '/MemTotal/{print int($2/1024)-500}' /proc/meminfo) State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
CONF
for _ in $(seq 50); do [ -S "$work/socket/s" ] && break; sleep 0.1; done
slurmctld -D >/dev/null 2>&1 &
pids+=($!)
slurmd -D >/dev/null 2>&1 &
pids+=($!)
for _ in $(seq 300); do sinfo -h -o %T 2>/dev/null | grep -qE 'idle|mixed' && break; sleep 0.2; done
sinfo -h -o '%T' | grep -qE 'idle|mixed' || { echo 'FAIL  the test cluster does not come up'; tail -5 "$work"/slurm*.log; exit 1; }

# A name that scripts must quote, and in which sbatch would see a pattern.
array="$work/an array, 100%A"
sweep=tests/small/many.toml
more=(--replicates 12)
"$bin" sweep $sweep --out "$work/local" --quiet "${more[@]}" || exit 1
"$bin" sweep $sweep --out "$array" --slurm --shards 6 "${more[@]}" | tee "$work/said" || exit 1
job=$(sed -n 's/^Submitted job \([0-9]*\).*/\1/p' "$work/said")
collector=$(sed -n 's/.*job \([0-9]*\) collects.*/\1/p' "$work/said")
# One element is killed while it runs, and started again.
requeued=0
for _ in $(seq 600); do
  element=$(squeue -h -j "$job" -t running -r -o %K 2>/dev/null | head -1)
  if [ -n "$element" ] && scontrol requeue "${job}_$element" 2>/dev/null; then requeued=1; echo "requeued element $element"; break; fi
  sleep 0.05
done
for _ in $(seq 1200); do
  squeue -h -j "$collector" 2>/dev/null | grep -q . || break
  sleep 0.5
done
failed=0
same() { if cmp -s "$work/local/$1" "$array/$1"; then echo "ok    $1 is the same"; else echo "FAIL  $1 differs"; failed=1; fi; }
for file in results.parquet points.csv runs.csv sensitivity.csv response.csv discovery.csv; do same $file; done
[ $requeued = 1 ] && echo 'ok    an element was killed and requeued' || { echo 'FAIL  no element could be requeued'; failed=1; }
restarts=$(scontrol show job "$job" 2>/dev/null | grep -o 'Restarts=[0-9]*' | sort -u | tr '\n' ' ')
echo "      $restarts"
[ $failed = 0 ] || tail -5 "$work"/slurm*.log "$array"/slurm/*.log
exit $failed
