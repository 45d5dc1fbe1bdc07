// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// Stands in for the real one: the same properties, functions and signals, and states that are given by a name.
import QtQuick

QtObject {
    id: client

    property string scene: "new"
    property var choices: scene === "absent" || scene === "asking" ? null : ({
        isNeeded: true, language: "en_US.UTF-8", languages: ["ar", "ca", "ca@valencia", "de", "en", "ja", "pt", "pt_BR"],
        keyboard: "us", keyboards: [{ id: "us", name: "English (US)" }, { id: "de", name: "German" }],
        timeZone: "Europe/Berlin", timeZones: ["America/New_York", "Europe/Berlin", "UTC"]
    })
    property string problem: scene === "absent" ? "org.kde.banana1.FirstBoot: the service is not there; restart the machine" : scene === "taken" ? "daemon: this name belongs to the system; choose another one" : ""
    property bool isBusy: scene === "asking"

    signal languageSet
    signal accountMade

    // What was asked of it, for tests.
    property list<string> asked: []
    function describe(): void { asked.push("describe"); }
    function setLanguage(language: string): void { asked.push(`language ${language}`); languageSet(); }
    function setKeyboard(layout: string): void { asked.push(`keyboard ${layout}`); }
    function setTimeZone(zone: string): void { asked.push(`zone ${zone}`); }
    function createAccount(fullName: string, name: string, password: string): void { asked.push(`account ${fullName}/${name}/${password}`); accountMade(); }
}
