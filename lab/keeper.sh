#!/bin/sh
# keeper.sh NAMESPACE CONTROL-GROUP-FILE... -- COMMAND...
# Boots one container, and boots it again when it reboots (systemd-nspawn --keep-unit then
# ends with 133). When it is off, its interfaces go down with it: a namespace would go on
# forwarding packets after the death of its processes. Outlives ndc-labd.
namespace=$1
shift
while [ "$1" != -- ]; do
    echo 0 >"$1" || exit 1
    shift
done
shift
while :; do
    "$@"
    [ $? -eq 133 ] || break
done
exec ip -n "$namespace" link set group default down
