#!/bin/sh
# The image's health check: whether the exporter has serviced its event loop within the last minute. It asks neither a port nor a password,
# and starts no process. Both times are seconds since the machine started, so no clock that is set can mislead it.
read -r seconds < "$EXPORTER_HEALTH_FILE" || exit 1
read -r now _ < /proc/uptime || exit 1
case $seconds in '' | *[!0-9]*) exit 1 ;; esac
[ $((${now%.*} - seconds)) -lt 60 ] || exit 1
