// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// All that the page knows of bananad (dbus/org.kde.banana1.Updates.xml); tests put a fake in its place.
pragma ComponentBehavior: Bound

import QtQuick
import org.kde.plasma.workspace.dbus as DBus

Item {
    id: client

    readonly property string service: "org.kde.banana1"
    readonly property string object: "/org/kde/banana1"
    readonly property string updates: "org.kde.banana1.Updates"

    // What runs and what is in the slots; null until it is known.
    property var status: null
    // What an update brings; null until somebody looked.
    property var offer: null
    property var history: []
    // What went wrong, as one line for a person; empty: nothing.
    property string problem: ""
    property bool isChecking: false
    property bool isRollingBack: false

    // The update at work: its object, or "/".
    property string job: "/"
    readonly property bool isUpdating: job !== "/"
    property string step: ""
    property real done: 0
    property real total: 0
    property real fetched: 0
    property real toFetch: 0
    property int secondsLeft: 0

    function call(path: string, iface: string, member: string, values: list<var>, signature: string, then: var): void {
        DBus.SystemBus.asyncCall({
            service: service, path: path, iface: iface, member: member, arguments: values, signature: signature
        }, reply => then(reply.value, ""), reply => {
            const message = String(reply.error.message);
            then(null, message.length > 0 ? message : String(reply.error.name));
        });
    }

    function refresh(): void {
        call(object, updates, "Describe", [], "()", (reply, error) => {
            client.problem = error;
            if (error.length === 0) {
                client.status = JSON.parse(String(reply));
            }
        });
        call(object, updates, "History", [new DBus.uint32(20)], "(u)", (reply, error) => {
            if (error.length === 0) {
                client.history = JSON.parse(String(reply)).reverse();
            }
        });
        call(object, "org.freedesktop.DBus.Properties", "Get", [updates, "Job"], "(ss)", (reply, error) => {
            if (error.length === 0) {
                client.watch(String(reply));
            }
        });
    }

    function check(): void {
        isChecking = true;
        problem = "";
        call(object, updates, "Check", ["", true], "(sb)", (reply, error) => {
            client.isChecking = false;
            client.problem = error;
            if (error.length === 0) {
                client.offer = JSON.parse(String(reply));
            }
        });
    }

    function update(): void {
        problem = "";
        call(object, updates, "Update", ["", new DBus.uint64(0)], "(st)", (reply, error) => {
            client.problem = error;
            if (error.length === 0) {
                client.watch(String(reply));
            }
        });
    }

    function cancel(): void {
        call(job, "org.kde.banana1.Job", "Cancel", [], "()", (reply, error) => {});
    }

    function rollBack(): void {
        isRollingBack = true;
        problem = "";
        call(object, updates, "RollBack", ["asked for in System Settings"], "(s)", (reply, error) => {
            client.isRollingBack = false;
            client.refresh();
            client.problem = error;
        });
    }

    // The session asks programs to save what is open.
    function restart(): void {
        DBus.SessionBus.asyncCall({
            service: "org.kde.Shutdown", path: "/Shutdown", iface: "org.kde.Shutdown", member: "logoutAndReboot", arguments: [], signature: "()"
        }, reply => {}, reply => { client.problem = String(reply.error.message); });
    }

    function watch(path: string): void {
        if (path !== job) {
            job = path;
            step = "";
            done = 0;
            total = 0;
            fetched = 0;
            toFetch = 0;
            secondsLeft = 0;
        }
    }

    function take(changed: var): void {
        if (changed.Step !== undefined) { step = String(changed.Step); }
        if (changed.Done !== undefined) { done = Number(changed.Done); }
        if (changed.Total !== undefined) { total = Number(changed.Total); }
        if (changed.Fetched !== undefined) { fetched = Number(changed.Fetched); }
        if (changed.ToFetch !== undefined) { toFetch = Number(changed.ToFetch); }
        if (changed.SecondsLeft !== undefined) { secondsLeft = Number(changed.SecondsLeft); }
    }

    Component.onCompleted: refresh()

    DBus.SignalWatcher {
        busType: DBus.BusType.System
        service: client.service
        path: client.object
        iface: "org.freedesktop.DBus.Properties"
        function dbusPropertiesChanged(iface, changed, invalidated): void {
            if (changed.Job !== undefined) {
                client.watch(String(changed.Job));
            }
            client.refresh();
        }
    }

    DBus.SignalWatcher {
        enabled: client.isUpdating
        busType: DBus.BusType.System
        service: client.service
        path: client.isUpdating ? client.job : client.object
        iface: "org.freedesktop.DBus.Properties"
        function dbusPropertiesChanged(iface, changed, invalidated): void {
            if (String(iface) === "org.kde.banana1.Job") {
                client.take(changed);
            }
        }
    }

    DBus.SignalWatcher {
        enabled: client.isUpdating
        busType: DBus.BusType.System
        service: client.service
        path: client.isUpdating ? client.job : client.object
        iface: "org.kde.banana1.Job"
        function dbusFinished(code, what, where, next, report, fetched): void {
            client.watch("/");
            client.offer = null;
            client.refresh();
            const words = [String(where), String(what)].filter(word => word.length > 0).join(": ");
            client.problem = Number(code) === 0 ? "" : String(next).length > 0 ? `${words}; ${String(next)}` : words;
        }
    }
}
