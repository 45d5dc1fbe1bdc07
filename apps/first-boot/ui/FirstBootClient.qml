// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// All that the dialogue knows of the service (dbus/org.kde.banana1.FirstBoot.xml); tests put a fake in its place.
pragma ComponentBehavior: Bound

import QtQuick
import org.kde.plasma.workspace.dbus as DBus

QtObject {
    id: client

    // What there is to choose from; null until it is known.
    property var choices: null
    // What went wrong, as one line for a person; empty: nothing.
    property string problem: ""
    property bool isBusy: false

    signal languageSet
    signal accountMade

    // The bus waits for 25 s, which is not long where the services that set languages and times start for the first time: what does no harm twice is asked again.
    function call(member: string, values: list<var>, signature: string, then: var, triesLeft = 5): void {
        isBusy = true;
        problem = "";
        DBus.SystemBus.asyncCall({
            service: "org.kde.banana1.FirstBoot", path: "/org/kde/banana1/firstboot", iface: "org.kde.banana1.FirstBoot", member: member, arguments: values, signature: signature
        }, reply => {
            client.isBusy = false;
            then(reply.value);
        }, reply => {
            if (String(reply.error.name) === "org.freedesktop.DBus.Error.NoReply" && triesLeft > 0) {
                if (member === "CreateAccount") {
                    client.lookForAccount();
                } else {
                    client.call(member, values, signature, then, triesLeft - 1);
                }
                return;
            }
            const message = String(reply.error.message);
            client.isBusy = false;
            client.problem = message.length > 0 ? message : String(reply.error.name);
        });
    }

    function describe(): void {
        call("Describe", [], "()", reply => { client.choices = JSON.parse(String(reply)); });
    }

    function setLanguage(language: string): void {
        call("SetLanguage", [language], "(s)", () => client.languageSet());
    }

    function setKeyboard(layout: string): void {
        call("SetKeyboard", [layout], "(s)", () => {});
    }

    function setTimeZone(zone: string): void {
        call("SetTimeZone", [zone], "(s)", () => {});
    }

    function createAccount(fullName: string, name: string, password: string): void {
        call("CreateAccount", [fullName, name, password], "(sss)", () => client.accountMade());
    }

    // An account is not made twice: whether it is there tells how it went.
    function lookForAccount(): void {
        call("Describe", [], "()", reply => {
            client.choices = JSON.parse(String(reply));
            if (!client.choices.isNeeded) {
                client.accountMade();
            }
        });
    }

    Component.onCompleted: describe()
}
