// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// The whole page on a real service, which the test that starts this has put on the system bus.
import QtQuick
import QtTest

TestCase {
    id: test

    name: "SystemUpdateOnService"
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

    function open(): var {
        const page = createTemporaryObject(factory, test);
        tryVerify(() => page.status !== null, 30000, "the service did not describe the device");
        return page;
    }

    function test_an_update_from_the_first_look_to_the_restart(): void {
        const page = open();
        compare(page.client.problem, "");
        compare(page.status.version, "20260102.1");
        verify(!page.client.isUpdating);

        page.client.check();
        tryVerify(() => page.offer !== null, 60000, "nothing was offered");
        compare(page.headline(), "Version 20260103.1 is available");
        verify(page.offer.bytes > 0);

        page.client.update();
        tryVerify(() => page.client.isUpdating || page.staged.length > 0, 30000, "the update did not begin");
        tryVerify(() => page.staged === "20260103.1" && !page.client.isUpdating, 120000, "the update did not end");
        compare(page.headline(), "Version 20260103.1 is ready: restart to use it");
        compare(page.client.problem, "");
        tryVerify(() => page.client.history.length > 0 && page.told(page.client.history[0]) === "Version 20260103.1 was installed", 30000);
    }

    function test_a_repository_that_cannot_be_reached(): void {
        const page = open();
        page.client.check();
        tryVerify(() => page.client.problem.length > 0, 60000, "nothing was told");
        verify(page.client.problem.includes("127.0.0.1:9"), page.client.problem);
        verify(!page.client.isChecking);
        compare(page.headline(), "This system works");
    }

    function test_a_service_that_is_not_there(): void {
        const page = createTemporaryObject(factory, test);
        tryVerify(() => page.client.problem.length > 0, 30000, "nothing was told");
        compare(page.headline(), "The update service does not answer");
    }
}
