// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// The dialogue's own client on the real service.
import QtQuick
import QtTest

TestCase {
    name: "FirstBootOnService"

    FirstBootClient {
        id: client
    }

    SignalSpy {
        id: languages
        target: client
        signalName: "languageSet"
    }

    SignalSpy {
        id: accounts
        target: client
        signalName: "accountMade"
    }

    function test_a_first_start(): void {
        tryVerify(() => client.choices !== null, 10000, client.problem);
        verify(client.choices.isNeeded);
        compare(client.choices.keyboards.map(layout => layout.id).join(), "us,de");
        client.setLanguage("de_DE.UTF-8");
        languages.wait(10000);
        client.setKeyboard("de");
        tryVerify(() => !client.isBusy, 10000);
        client.createAccount("Ada", "daemon", "flower");
        tryVerify(() => client.problem.includes("this name belongs to the system"), 10000, client.problem);
        compare(accounts.count, 0);
        client.createAccount("Ada Lovelace", "ada", "flower");
        accounts.wait(20000);
        compare(client.problem, "");
        client.lookForAccount();
        accounts.wait(10000);
        compare(accounts.count, 2);
    }
}
