// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

pragma ComponentBehavior: Bound

import QtQuick
import QtQuick.Controls as QQC2
import QtQuick.Layouts
import org.kde.coreaddons as CoreAddons
import org.kde.kcmutils as KCMUtils
import org.kde.ki18n
import org.kde.kirigami as Kirigami
import org.kde.kirigamiaddons.formcard as FormCard

KCMUtils.SimpleKCM {
    id: page

    // Replaced by tests.
    property UpdatesClient client: UpdatesClient {}

    readonly property var status: client.status
    readonly property var offer: client.offer
    readonly property string staged: status && status.staged ? status.staged : ""
    readonly property bool isOffered: offer !== null && offer.to !== undefined && offer.to !== null && !offer.isInstalled
    readonly property var other: status ? status.slots.find(slot => slot.state === "good") : undefined
    readonly property var changes: isOffered && offer.packages ? offer.packages : []

    function size(bytes: real): string {
        return CoreAddons.Format.formatByteSize(bytes);
    }

    function headline(): string {
        if (status === null) {
            return client.problem.length > 0 ? words.i18nc("@info", "The update service does not answer") : words.i18nc("@info", "Asking the update service…");
        }
        if (staged.length > 0) {
            return words.i18nc("@info", "Version %1 is ready: restart to use it", staged);
        }
        if (client.isUpdating) {
            return words.i18nc("@info", "Updating beside the running system");
        }
        if (isOffered) {
            return words.i18nc("@info", "Version %1 is available", offer.to);
        }
        if (offer !== null) {
            return words.i18nc("@info", "This system is up to date");
        }
        return words.i18nc("@info", "This system works");
    }

    function detail(): string {
        if (client.isUpdating) {
            return client.step;
        }
        if (staged.length > 0) {
            return words.i18nc("@info", "The version that runs now stays installed, and the system goes back to it by itself if the new one does not work.");
        }
        if (isOffered) {
            return words.i18nc("@info", "%1 to download; you can go on working.", size(offer.bytes));
        }
        if (status && status.fellBack) {
            return words.i18nc("@info", "Version %1 did not work, and the system went back: %2", status.fellBack.version, status.fellBack.reason);
        }
        if (status && status.lastCheck) {
            return words.i18nc("@info", "Last checked: %1", new Date(status.lastCheck.time).toLocaleString(Qt.locale(), Locale.ShortFormat));
        }
        return "";
    }

    function stateOf(slot: var): string {
        switch (slot.state) {
        case "running": return words.i18nc("@info state of an installed version", "Runs now");
        case "staged": return words.i18nc("@info state of an installed version", "Starts at the next restart");
        case "good": return words.i18nc("@info state of an installed version", "Worked on this machine; can be gone back to");
        case "untried": return words.i18nc("@info state of an installed version", "Not tried yet");
        case "refused": return words.i18nc("@info state of an installed version", "Did not work here");
        default: return words.i18nc("@info state of a place for a version", "Free");
        }
    }

    function told(happened: var): string {
        switch (String(happened.kind).toLowerCase()) {
        case "installed": return words.i18nc("@info:history", "Version %1 was installed", happened.version);
        case "healthy": return words.i18nc("@info:history", "Version %1 started and works", happened.version);
        case "unhealthy": return words.i18nc("@info:history", "Version %1 started and does not work", happened.version);
        case "fellback": return words.i18nc("@info:history", "The system went back from version %1", happened.version);
        case "rolledback": return words.i18nc("@info:history", "You went back from version %1", happened.version);
        default: return words.i18nc("@info:history", "An update to version %1 did not come to its end", happened.version);
        }
    }

    leftPadding: 0
    rightPadding: 0

    KI18nContext {
        id: words
        translationDomain: "kcm_banana_updates"
    }

    ColumnLayout {
        spacing: 0

        Kirigami.InlineMessage {
            Layout.fillWidth: true
            Layout.margins: Kirigami.Units.largeSpacing
            Layout.maximumWidth: Kirigami.Units.gridUnit * 30
            Layout.alignment: Qt.AlignHCenter
            type: Kirigami.MessageType.Error
            text: page.client.problem
            visible: page.client.problem.length > 0
            Accessible.name: text
            actions: Kirigami.Action {
                text: words.i18nc("@action:button", "Try Again")
                icon.name: "view-refresh-symbolic"
                onTriggered: page.client.refresh()
            }
        }

        FormCard.FormCard {
            Layout.topMargin: Kirigami.Units.largeSpacing * 2

            FormCard.AbstractFormDelegate {
                id: head
                background: null
                focusPolicy: Qt.NoFocus
                Accessible.name: `${page.headline()}. ${page.detail()}`
                contentItem: RowLayout {
                    spacing: Kirigami.Units.largeSpacing * 2
                    Kirigami.Icon {
                        source: page.staged.length > 0 ? "system-reboot" : page.isOffered || page.client.isUpdating ? "update-low" : page.status && page.status.health.isGood === false ? "dialog-warning" : "update-none"
                        implicitWidth: Kirigami.Units.iconSizes.large
                        implicitHeight: Kirigami.Units.iconSizes.large
                    }
                    ColumnLayout {
                        spacing: Kirigami.Units.smallSpacing
                        Kirigami.Heading {
                            Layout.fillWidth: true
                            level: 2
                            text: page.headline()
                            wrapMode: Text.Wrap
                        }
                        QQC2.Label {
                            Layout.fillWidth: true
                            text: page.detail()
                            visible: text.length > 0
                            wrapMode: Text.Wrap
                            opacity: 0.8
                        }
                        QQC2.ProgressBar {
                            Layout.fillWidth: true
                            visible: page.client.isUpdating
                            indeterminate: page.client.total <= 0
                            value: page.client.total > 0 ? page.client.done / page.client.total : 0
                            Accessible.name: words.i18nc("@info:progress", "Progress of the update")
                        }
                        QQC2.Label {
                            visible: page.client.isUpdating && page.client.toFetch > 0
                            text: page.client.secondsLeft > 0
                                ? words.i18nc("@info:progress", "%1 of %2, about %3 left", page.size(page.client.fetched), page.size(page.client.toFetch), CoreAddons.Format.formatSpelloutDuration(page.client.secondsLeft * 1000))
                                : words.i18nc("@info:progress", "%1 of %2", page.size(page.client.fetched), page.size(page.client.toFetch))
                            opacity: 0.8
                        }
                    }
                }
            }

            FormCard.FormDelegateSeparator {}

            FormCard.FormButtonDelegate {
                text: words.i18nc("@action:button", "Check for Updates")
                icon.name: "view-refresh"
                visible: !page.isOffered && !page.client.isUpdating && page.staged.length === 0
                enabled: page.status !== null && !page.client.isChecking
                description: page.client.isChecking ? words.i18nc("@info", "Checking…") : ""
                Accessible.name: text
                onClicked: page.client.check()
            }
            FormCard.FormButtonDelegate {
                text: words.i18nc("@action:button", "Update")
                icon.name: "download"
                visible: page.isOffered && !page.client.isUpdating && page.staged.length === 0
                Accessible.name: text
                onClicked: page.client.update()
            }
            FormCard.FormButtonDelegate {
                text: words.i18nc("@action:button", "Cancel")
                icon.name: "dialog-cancel"
                visible: page.client.isUpdating
                Accessible.name: text
                onClicked: page.client.cancel()
            }
            FormCard.FormButtonDelegate {
                text: words.i18nc("@action:button", "Restart Now")
                icon.name: "system-reboot"
                visible: page.staged.length > 0 && !page.client.isUpdating
                Accessible.name: text
                onClicked: page.client.restart()
            }
        }

        FormCard.FormHeader {
            title: words.i18ncp("@title:group", "What Changes: %1 Package", "What Changes: %1 Packages", page.changes.length)
            visible: page.changes.length > 0
        }
        FormCard.FormCard {
            visible: page.changes.length > 0
            Repeater {
                model: page.changes.slice(0, 50)
                FormCard.FormTextDelegate {
                    required property var modelData
                    text: modelData.name
                    description: !modelData.before ? words.i18nc("@info", "new: %1", modelData.after)
                        : !modelData.after ? words.i18nc("@info", "removed")
                        : words.i18nc("@info version before and after", "%1 → %2", modelData.before, modelData.after)
                }
            }
        }

        FormCard.FormHeader {
            title: words.i18nc("@title:group", "Installed Versions")
            visible: page.status !== null
        }
        FormCard.FormCard {
            visible: page.status !== null
            FormCard.FormTextDelegate {
                text: page.status ? page.status.name : ""
                description: page.status ? words.i18nc("@info", "Edition: %1", page.status.edition) : ""
                icon.name: "computer"
            }
            Repeater {
                model: page.status ? page.status.slots.filter(slot => slot.version !== undefined && slot.version !== null) : []
                FormCard.FormTextDelegate {
                    required property var modelData
                    text: words.i18nc("@info", "Version %1", modelData.version)
                    description: page.stateOf(modelData)
                    icon.name: modelData.state === "refused" ? "dialog-warning" : modelData.state === "running" ? "checkmark" : "drive-harddisk"
                }
            }
            FormCard.FormDelegateSeparator {
                visible: page.other !== undefined
            }
            FormCard.FormButtonDelegate {
                visible: page.other !== undefined && page.staged.length === 0 && !page.client.isUpdating
                enabled: !page.client.isRollingBack
                text: page.other ? words.i18nc("@action:button", "Go Back to Version %1", page.other.version) : ""
                description: words.i18nc("@info", "Your files and settings stay as they are.")
                icon.name: "edit-undo"
                Accessible.name: text
                onClicked: page.client.rollBack()
            }
        }

        FormCard.FormHeader {
            title: words.i18nc("@title:group", "History")
            visible: page.client.history.length > 0
        }
        FormCard.FormCard {
            visible: page.client.history.length > 0
            Repeater {
                model: page.client.history
                FormCard.FormTextDelegate {
                    required property var modelData
                    text: page.told(modelData)
                    description: new Date(modelData.time).toLocaleString(Qt.locale(), Locale.ShortFormat) + (modelData.reason ? ` · ${modelData.reason}` : "")
                }
            }
        }
    }
}
