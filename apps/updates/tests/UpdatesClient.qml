// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// Stands in for the real one: the same properties and functions, and states that are given by a name.
import QtQuick

Item {
    id: client

    property string scene: "current"
    property var status: scene === "absent" ? null : ({
        format: 1, name: "Banana Enthusiast 20261126.1", edition: "enthusiast", version: "20261126.1",
        staged: scene === "staged" ? "20261127.1" : undefined,
        health: { isGood: true, checks: [] },
        fellBack: scene === "fell-back" ? { version: "20261127.1", reason: "it failed 3 boots" } : undefined,
        lastCheck: { time: "2026-11-26T08:30:00Z" },
        slots: [
            { number: 0, state: "running", version: "20261126.1", why: "" },
            scene === "staged" ? { number: 1, state: "staged", version: "20261127.1", why: "" } : scene === "fell-back" ? { number: 1, state: "refused", version: "20261127.1", why: "" } : { number: 1, state: "good", version: "20261119.1", why: "" }
        ]
    })
    property var offer: scene === "offered" || scene === "updating" ? ({
        from: "20261126.1", to: "20261127.1", bytes: 14200000, wholeBytes: 1900000000, isInstalled: false,
        packages: [
            { name: "dolphin", before: "26.08.2-1", after: "26.08.3-1" }, { name: "kwin-wayland", before: "6.7.4-2", after: "6.7.5-1" },
            { name: "linux-image-amd64", before: "7.2.12-1", after: "7.2.13-1" }, { name: "plasma-keyboard", after: "6.7.5-1" }
        ]
    }) : scene === "checked" ? ({ from: "20261126.1", packages: [] }) : null
    property var history: scene === "absent" ? [] : [
        { time: "2026-11-26T08:12:00Z", kind: "Healthy", version: "20261126.1" },
        { time: "2026-11-25T19:40:00Z", kind: "Installed", version: "20261126.1" },
        { time: "2026-11-19T07:55:00Z", kind: "FellBack", version: "20261118.1", reason: "it failed 3 boots" }
    ]
    property string problem: scene === "absent" ? "org.kde.banana1: the service is not there; restart the machine"
        : scene === "no-network" ? "http://updates.example.org: the repository cannot be reached; check the network and try again" : ""
    property bool isChecking: scene === "checking"
    property bool isRollingBack: false
    property bool isUpdating: scene === "updating"
    property string step: isUpdating ? "Fetching the changes" : ""
    property real done: 5900000
    property real total: 14200000
    property real fetched: 5900000
    property real toFetch: 14200000
    property int secondsLeft: 8

    // What was asked of it, for tests.
    property list<string> asked: []
    function refresh(): void { asked.push("refresh"); }
    function check(): void { asked.push("check"); }
    function update(): void { asked.push("update"); }
    function cancel(): void { asked.push("cancel"); }
    function rollBack(): void { asked.push("rollBack"); }
    function restart(): void { asked.push("restart"); }
}
