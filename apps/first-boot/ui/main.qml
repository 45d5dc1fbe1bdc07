// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// The first start of a machine: language, keyboard and time zone, and the first account.
pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls as QQC2
import QtQuick.Layouts
import org.kde.ki18n
import org.kde.kirigami as Kirigami

Rectangle {
    id: page

    // Replaced by tests.
    property FirstBootClient client: FirstBootClient {}

    // The shell starts us again with this word when the language has been chosen.
    property bool isLanguageChosen: Qt.application.arguments.includes("--language-is-chosen")
    readonly property var choices: client.choices
    property int step: isLanguageChosen ? 1 : 0

    // The exit code that asks to be started again (FirstBootProgram.Again).
    readonly property int again: 10

    function leave(code: int): void {
        Qt.exit(code);
    }

    function next(): void {
        if (step === 0) {
            const chosen = languages.currentValue;
            if (chosen === choices.language) {
                step = 1;
            } else {
                client.setLanguage(chosen);
            }
        } else if (step === 1) {
            step = 2;
        } else {
            client.createAccount(fullName.text, userName.text, password.text);
        }
    }

    // "Ada Lovelace" is suggested as "ada": what systemd takes for a user name.
    function suggestion(name: string): string {
        return name.trim().split(/\s+/)[0].normalize("NFD").replace(/[\u0300-\u036f]/g, "").toLowerCase().replace(/ß/g, "ss").replace(/[^a-z0-9_-]/g, "").replace(/^[^a-z]+/, "").slice(0, 31);
    }

    function isComplete(): bool {
        if (choices === null || client.isBusy) {
            return false;
        }
        return step < 2 || (/^[a-z][a-z0-9_-]{0,30}$/.test(userName.text) && password.text.length > 0 && password.text === repeated.text);
    }

    // Who types on goes on typing.
    onStepChanged: [languages, keyboards, fullName][step].forceActiveFocus()
    Component.onCompleted: stepChanged()

    color: Kirigami.Theme.backgroundColor
    Kirigami.Theme.colorSet: Kirigami.Theme.Window
    LayoutMirroring.enabled: Application.layoutDirection === Qt.RightToLeft
    LayoutMirroring.childrenInherit: true

    KI18nContext {
        id: words
        translationDomain: "org.kde.banana.firstboot"
    }

    Connections {
        target: page.client
        function onLanguageSet(): void { page.leave(page.again); }
        function onAccountMade(): void { page.leave(0); }
    }

    ColumnLayout {
        anchors.centerIn: parent
        width: Math.min(parent.width - Kirigami.Units.gridUnit * 2, Kirigami.Units.gridUnit * 24)
        spacing: Kirigami.Units.largeSpacing

        Kirigami.Icon {
            Layout.alignment: Qt.AlignHCenter
            source: ["preferences-desktop-locale", "preferences-desktop-keyboard", "user-identity"][page.step]
            implicitWidth: Kirigami.Units.iconSizes.huge
            implicitHeight: Kirigami.Units.iconSizes.huge
        }
        Kirigami.Heading {
            Layout.fillWidth: true
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            text: [
                words.i18nc("@title", "Welcome"),
                words.i18nc("@title", "Keyboard and Time"),
                words.i18nc("@title", "Your Account")
            ][page.step]
        }
        QQC2.Label {
            Layout.fillWidth: true
            horizontalAlignment: Text.AlignHCenter
            wrapMode: Text.Wrap
            text: [
                words.i18nc("@info", "Which language shall this computer speak?"),
                words.i18nc("@info", "What you choose here holds for everybody, and can be changed in System Settings."),
                words.i18nc("@info", "You will log in with it, and it may change everything on this computer.")
            ][page.step]
        }

        Kirigami.InlineMessage {
            Layout.fillWidth: true
            type: Kirigami.MessageType.Error
            text: page.client.problem
            visible: text.length > 0
            Accessible.name: text
            actions: Kirigami.Action {
                visible: page.choices === null
                text: words.i18nc("@action:button", "Try Again")
                icon.name: "view-refresh-symbolic"
                onTriggered: page.client.describe()
            }
        }

        // Step 1
        QQC2.ScrollView {
            visible: page.step === 0
            Layout.fillWidth: true
            Layout.preferredHeight: Kirigami.Units.gridUnit * 14

            ListView {
                id: languages

                readonly property string currentValue: currentItem ? String(model[currentIndex].locale) : ""

                // Each in its own words, in the order of those; Qt knows where a language is at home.
                model: page.choices ? page.choices.languages.map(id => {
                    // "ca@valencia": a variant has no name of its own there.
                    const variant = id.includes("@") ? id.slice(id.indexOf("@")) : "";
                    const locale = Qt.locale(id.replace(variant, ""));
                    const name = locale.nativeLanguageName;
                    const which = id.includes("_") ? locale.nativeTerritoryName : variant.slice(1);
                    return { id: id, locale: `${locale.name}.UTF-8${variant}`, name: name.charAt(0).toLocaleUpperCase() + name.slice(1) + (which.length > 0 ? ` (${which})` : "") };
                }).sort((one, other) => one.name.localeCompare(other.name)) : []
                clip: true
                activeFocusOnTab: true
                keyNavigationEnabled: true
                onModelChanged: {
                    const set = model.findIndex(language => language.locale === page.choices.language);
                    currentIndex = Math.max(set, model.findIndex(language => language.id === "en"), 0);
                    positionViewAtIndex(currentIndex, ListView.Center);
                }
                delegate: QQC2.ItemDelegate {
                    required property var modelData
                    required property int index
                    width: ListView.view.width
                    text: modelData.name
                    highlighted: ListView.isCurrentItem
                    Accessible.name: text
                    // A line of a list has no action of its own for who does not use a pointer.
                    Accessible.role: Accessible.Button
                    Accessible.onPressAction: clicked()
                    onClicked: languages.currentIndex = index
                    onDoubleClicked: page.next()
                }
            }
        }

        // Step 2
        Kirigami.FormLayout {
            visible: page.step === 1
            Layout.fillWidth: true

            QQC2.ComboBox {
                id: keyboards
                Kirigami.FormData.label: words.i18nc("@label:listbox", "Keyboard:")
                Layout.fillWidth: true
                model: page.choices ? page.choices.keyboards : []
                textRole: "name"
                valueRole: "id"
                currentIndex: page.choices ? Math.max(0, page.choices.keyboards.findIndex(layout => layout.id === page.choices.keyboard)) : -1
                Accessible.name: words.i18nc("@label:listbox", "Keyboard:")
                onActivated: page.client.setKeyboard(currentValue)
            }
            QQC2.TextField {
                Kirigami.FormData.label: words.i18nc("@label:textbox", "Try it:")
                Layout.fillWidth: true
                Accessible.name: words.i18nc("@label:textbox", "Try it:")
            }
            QQC2.ComboBox {
                id: zones
                Kirigami.FormData.label: words.i18nc("@label:listbox", "Time zone:")
                Layout.fillWidth: true
                model: page.choices ? page.choices.timeZones : []
                currentIndex: page.choices ? page.choices.timeZones.indexOf(page.choices.timeZone) : -1
                Accessible.name: words.i18nc("@label:listbox", "Time zone:")
                onActivated: page.client.setTimeZone(currentText)
            }
        }

        // Step 3
        Kirigami.FormLayout {
            visible: page.step === 2
            Layout.fillWidth: true

            QQC2.TextField {
                id: fullName
                Kirigami.FormData.label: words.i18nc("@label:textbox", "Your name:")
                Layout.fillWidth: true
                Accessible.name: words.i18nc("@label:textbox", "Your name:")
                onTextEdited: userName.text = page.suggestion(text)
            }
            QQC2.TextField {
                id: userName
                Kirigami.FormData.label: words.i18nc("@label:textbox", "User name:")
                Layout.fillWidth: true
                maximumLength: 31
                inputMethodHints: Qt.ImhLowercaseOnly | Qt.ImhNoPredictiveText
                validator: RegularExpressionValidator { regularExpression: /[a-z][a-z0-9_-]*/ }
                Accessible.name: words.i18nc("@label:textbox", "User name:")
            }
            Kirigami.PasswordField {
                id: password
                placeholderText: ""
                Kirigami.FormData.label: words.i18nc("@label:textbox", "Password:")
                Layout.fillWidth: true
                Accessible.name: words.i18nc("@label:textbox", "Password:")
            }
            Kirigami.PasswordField {
                id: repeated
                placeholderText: ""
                Kirigami.FormData.label: words.i18nc("@label:textbox", "Again:")
                Layout.fillWidth: true
                Accessible.name: words.i18nc("@label:textbox", "Again:")
                onAccepted: {
                    if (page.isComplete()) {
                        page.next();
                    }
                }
            }
            QQC2.Label {
                text: words.i18nc("@info", "The two passwords differ.")
                visible: repeated.text.length > 0 && password.text !== repeated.text
                color: Kirigami.Theme.negativeTextColor
            }
        }

        RowLayout {
            Layout.fillWidth: true
            Layout.topMargin: Kirigami.Units.largeSpacing

            QQC2.Button {
                text: words.i18nc("@action:button", "Back")
                icon.name: LayoutMirroring.enabled ? "go-next" : "go-previous"
                visible: page.step > 0
                Accessible.name: text
                onClicked: page.step -= 1
            }
            Item {
                Layout.fillWidth: true
            }
            QQC2.BusyIndicator {
                running: page.client.isBusy
                visible: running
                implicitWidth: Kirigami.Units.iconSizes.medium
                implicitHeight: Kirigami.Units.iconSizes.medium
            }
            QQC2.Button {
                text: page.step < 2 ? words.i18nc("@action:button", "Next") : words.i18nc("@action:button", "Create Account")
                icon.name: page.step === 2 ? "dialog-ok" : LayoutMirroring.enabled ? "go-previous" : "go-next"
                enabled: page.isComplete()
                Accessible.name: text
                onClicked: page.next()
            }
        }
    }
}
