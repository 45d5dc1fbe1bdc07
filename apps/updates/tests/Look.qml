// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// Shows the page in one of the states of UpdatesClient.qml and saves a picture: Look.qml -- SCENE FILE. The test puts Main.qml beside it.
import QtQuick
import org.kde.kirigami as Kirigami

Window {
    id: window

    readonly property list<string> words: Qt.application.arguments.slice(-2)

    width: 860
    height: 1000
    visible: true
    LayoutMirroring.enabled: Qt.application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true

    Rectangle {
        id: paper
        anchors.fill: parent
        color: Kirigami.Theme.backgroundColor

        Main {
            id: page
            anchors.fill: parent
            client.scene: window.words[0]
        }
    }

    Timer {
        interval: 1500
        running: true
        onTriggered: paper.grabToImage(result => {
            console.log(result.saveToFile(window.words[1]) ? "saved" : "not saved");
            Qt.quit();
        })
    }
}
