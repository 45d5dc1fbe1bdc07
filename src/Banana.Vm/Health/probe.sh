#!/bin/sh
# SPDX-FileCopyrightText: Banana contributors
# SPDX-License-Identifier: LGPL-2.1-or-later
#
# Runs inside the guest as the service banana-health, given to it as a credential: nothing of it is in the image.
# Prints what HealthParser reads, one key=value a line, to the second serial port. Needs sh, coreutils, util-linux and systemd only.

export LC_ALL=C SYSTEMD_COLORS=0 SYSTEMD_PAGER=
port=/dev/ttyS1
text=/run/banana-health.txt
loader=4a67b082-0a4c-41cf-b6c7-440b29bb8c4f

put() { printf '%s=%s\n' "$1" "$2"; }

# Each line of standard input under one key, with another prefix if there is a second argument.
put_lines() { while IFS= read -r line; do put "$1" "${2:+$2 }$line"; done; }

# An EFI variable of the boot loader: four bytes of attributes, then UTF-16. All that it holds is ASCII.
put_loader() {
    if [ -e "/sys/firmware/efi/efivars/$2-$loader" ]; then
        put "$1" "$(tail -c +5 "/sys/firmware/efi/efivars/$2-$loader" | tr -d '\000')"
    fi
}

writable() {
    if (: >"$1/.banana-health") 2>/dev/null; then
        rm -f "$1/.banana-health"
        put writable "$1"
    fi
}

probe() {
    while IFS= read -r line; do put os "$line"; done </etc/os-release
    put kernel "$(uname -r)"
    IFS= read -r line </proc/cmdline; put cmdline "$line"
    put state "$(timeout 180 systemctl is-system-running --wait)"
    put systemd "$(systemctl --version | head -n 1)"
    systemctl show --property=FirmwareTimestampMonotonic,LoaderTimestampMonotonic,InitRDTimestampMonotonic,UserspaceTimestampMonotonic,FinishTimestampMonotonic | put_lines manager
    systemctl list-jobs --no-legend --plain | head -n 20 | put_lines job
    systemctl list-units --state=failed --no-legend --plain --full | while read -r unit rest; do
        put failed "$unit"
        journalctl --quiet --boot --unit="$unit" --lines=6 --output=cat --no-pager | put_lines failed-log "$unit"
    done
    # As systemd-analyze blame, which asks four times as many questions: many seconds when the machine is emulated.
    systemctl show --property=Id,InactiveExitTimestampMonotonic,ActiveEnterTimestampMonotonic '*.service' | put_lines unit
    findmnt --raw --noheadings --bytes --output TARGET,SOURCE,FSTYPE,SIZE,USED,OPTIONS | put_lines mount
    for place in / /usr /etc /var; do writable "$place"; done
    for device in /sys/block/dm-*; do
        [ -d "$device/dm" ] && put dm "$(cat "$device/dm/name") $(cat "$device/dm/uuid")"
    done
    command -v veritysetup >/dev/null && veritysetup status usr | put_lines verity
    while IFS= read -r line; do case $line in Mem*) put memory "$line" ;; esac; done </proc/meminfo
    put_loader loader LoaderInfo
    put_loader entry LoaderEntrySelected
    put_loader count-path LoaderBootCountPath
    # What systemd-boot will see at the next start; the first that is mounted (looking mounts it).
    for place in /efi /boot; do
        [ -d "$place/EFI/Linux" ] && { ls "$place/EFI/Linux" | put_lines entry-file; break; }
    done
    [ -x /usr/lib/systemd/systemd-bless-boot ] && put bless "$(/usr/lib/systemd/systemd-bless-boot status 2>&1)"
    journalctl --quiet --boot --priority=err --lines=20 --output=short-monotonic --no-hostname --no-pager | put_lines error
    IFS= read -r line </proc/uptime; put uptime "$line"
}

probe >"$text" 2>/dev/null
{
    echo "BANANA-HEALTH-BEGIN 1"
    cat "$text"
    echo "BANANA-HEALTH-END $(wc -l <"$text")"
} >"$port"
rm -f "$text"
