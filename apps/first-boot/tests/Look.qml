// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// Shows one step of the dialogue and saves a picture: Look.qml -- STEP FILE. The test puts Main.qml beside it.
import QtQuick

Window {
    id: window

    readonly property list<string> words: Qt.application.arguments.slice(-2)

    width: 1000
    height: 700
    visible: true

    Main {
        id: page
        anchors.fill: parent
        step: Number(window.words[0])
    }

    Timer {
        interval: 1500
        running: true
        onTriggered: page.grabToImage(result => {
            console.log(result.saveToFile(window.words[1]) ? "saved" : "not saved");
            Qt.quit();
        })
    }
}
