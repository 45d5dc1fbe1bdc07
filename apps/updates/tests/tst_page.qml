// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// The page with UpdatesClient.qml of this folder in place of the real one: what it shows in each state, and what its buttons ask for.
import QtQuick
import QtTest

TestCase {
    id: test

    name: "SystemUpdatePage"
    when: windowShown
    width: 860
    height: 1400
    visible: true

    Component {
        id: factory
        Main {
            anchors.fill: parent
        }
    }

    function show(scene: string): var {
        const page = createTemporaryObject(factory, test);
        page.client.scene = scene;
        waitForRendering(page);
        return page;
    }

    // Everything with this text that a person can see.
    function seen(item: Item, text: string): list<var> {
        let found = [];
        if (!item.visible) {
            return found;
        }
        if (item.text !== undefined && String(item.text).includes(text)) {
            found.push(item);
        }
        for (const child of item.children) {
            found = found.concat(seen(child, text));
        }
        return found;
    }

    function press(page: Item, text: string): void {
        const button = seen(page, text).find(item => item.clicked !== undefined);
        verify(button !== undefined, `no button '${text}'`);
        button.clicked();
    }

    function test_states_data(): list<var> {
        return [
            { tag: "current", shown: ["This system works", "Check for Updates", "Go Back to Version 20261119.1", "Runs now"], hidden: ["Restart Now", "Cancel", "What Changes"] },
            { tag: "checked", shown: ["This system is up to date"], hidden: ["What Changes"] },
            { tag: "offered", shown: ["Version 20261127.1 is available", "13.5 MiB to download", "What Changes: 4 Packages", "26.08.2-1 → 26.08.3-1", "new: 6.7.5-1"], hidden: ["Check for Updates", "Restart Now"] },
            { tag: "updating", shown: ["Updating beside the running system", "Fetching the changes", "5.6 MiB of 13.5 MiB, about 8 seconds left", "Cancel"], hidden: ["Check for Updates", "Go Back"] },
            { tag: "staged", shown: ["Version 20261127.1 is ready: restart to use it", "Starts at the next restart", "Restart Now"], hidden: ["Check for Updates", "Go Back"] },
            { tag: "fell-back", shown: ["Version 20261127.1 did not work, and the system went back: it failed 3 boots", "Did not work here"], hidden: ["Go Back"] },
            { tag: "no-network", shown: ["the repository cannot be reached; check the network and try again", "Try Again", "Runs now"], hidden: [] },
            { tag: "absent", shown: ["The update service does not answer", "the service is not there", "Try Again"], hidden: ["Asking the update service", "Installed Versions", "History"] }
        ];
    }

    function test_states(data: var): void {
        const page = show(data.tag);
        for (const text of data.shown) {
            verify(seen(page, text).length > 0, `'${text}' is not shown`);
        }
        for (const text of data.hidden) {
            compare(seen(page, text).length, 0, `'${text}' is shown`);
        }
    }

    function test_buttons_data(): list<var> {
        return [
            { tag: "current", button: "Check for Updates", asked: "check" },
            { tag: "current ", button: "Go Back to Version", asked: "rollBack" },
            { tag: "offered", button: "Update", asked: "update" },
            { tag: "updating", button: "Cancel", asked: "cancel" },
            { tag: "staged", button: "Restart Now", asked: "restart" }
        ];
    }

    function test_buttons(data: var): void {
        const page = show(data.tag.trim());
        press(page, data.button);
        compare(page.client.asked.join(), data.asked);
    }

    function test_nothing_can_be_asked_of_a_service_that_is_not_there(): void {
        const page = show("absent");
        verify(!seen(page, "Check for Updates").find(item => item.clicked !== undefined).enabled);
    }
}
