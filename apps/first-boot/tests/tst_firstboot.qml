// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

// The dialogue with FirstBootClient.qml of this folder in place of the real one: what it shows in each step, and what it asks for.
import QtQuick
import QtTest

TestCase {
    id: test

    name: "FirstBoot"
    when: windowShown
    width: 1000
    height: 900
    visible: true

    Component {
        id: factory
        Main {
            property var codes: []
            anchors.fill: parent
            function leave(code: int): void { codes.push(code); }
        }
    }

    function show(scene: string): var {
        const page = createTemporaryObject(factory, test);
        page.client.scene = scene;
        waitForRendering(page);
        return page;
    }

    function all(item: Item): list<var> {
        let found = item.visible ? [item] : [];
        for (const child of item.visible ? item.children : []) {
            found = found.concat(all(child));
        }
        return found;
    }

    // Everything that a person can see and a screen reader calls so.
    function named(page: Item, name: string): var {
        return all(page).find(item => (String(item.Accessible.name) === name || String(item.text) === name) && (item.clicked !== undefined || item.textEdited !== undefined || item.activated !== undefined));
    }

    function press(page: Item, name: string): void {
        const button = named(page, name);
        verify(button !== undefined, `no button '${name}'`);
        verify(button.enabled, `'${name}' cannot be pressed`);
        if (button.action) {
            button.action.trigger();
        } else {
            button.clicked();
        }
        waitForRendering(page);
    }

    function type(page: Item, name: string, text: string): void {
        const field = named(page, name);
        verify(field !== undefined, `no field '${name}'`);
        field.forceActiveFocus();
        field.clear();
        for (const letter of text) {
            keyClick(letter);
        }
    }

    function test_the_way_through_in_the_language_that_is_set(): void {
        const page = show("new");
        press(page, "Next");
        press(page, "Next");
        type(page, "Your name:", "Ada Lovelace");
        compare(named(page, "User name:").text, "ada");
        verify(!named(page, "Create Account").enabled);
        type(page, "Password:", "flower");
        type(page, "Again:", "flow");
        verify(!named(page, "Create Account").enabled);
        verify(all(page).some(item => item.text === "The two passwords differ."));
        type(page, "Again:", "flower");
        press(page, "Create Account");
        compare(page.client.asked.join(), "account Ada Lovelace/ada/flower");
        compare(page.codes.join(), "0");
    }

    function test_another_language_begins_again_and_goes_on(): void {
        const page = show("new");
        press(page, "日本語");
        press(page, "Next");
        compare(page.client.asked.join(), "language ja_JP.UTF-8");
        compare(page.codes.join(), "10");
        const second = createTemporaryObject(factory, test, { isLanguageChosen: true });
        waitForRendering(second);
        compare(second.step, 1);
    }

    function test_a_language_of_two_countries_says_which(): void {
        const page = show("new");
        const texts = all(page).map(item => String(item.text));
        verify(texts.includes("Português"), texts.join("|"));
        verify(texts.includes("Português (Brasil)"), texts.join("|"));
        verify(texts.includes("Català (valencia)"), texts.join("|"));
        press(page, "Català (valencia)");
        press(page, "Next");
        compare(page.client.asked.join(), "language ca_ES.UTF-8@valencia");
    }

    function test_a_keyboard_holds_at_once(): void {
        const page = show("new");
        press(page, "Next");
        const box = named(page, "Keyboard:");
        box.currentIndex = 1;
        box.activated(1);
        const zones = named(page, "Time zone:");
        compare(zones.currentText, "Europe/Berlin");
        zones.currentIndex = 2;
        zones.activated(2);
        compare(page.client.asked.join(), "keyboard de,zone UTC");
    }

    function test_user_names_data(): list<var> {
        return [
            { tag: "Ada Lovelace", name: "ada" }, { tag: "Jürgen", name: "jurgen" }, { tag: "Weiß", name: "weiss" }, { tag: "3PO", name: "po" },
            { tag: "О́льга", name: "" }, { tag: "  ", name: "" }
        ];
    }

    function test_user_names(data: var): void {
        compare(show("new").suggestion(data.tag), data.name);
    }

    function test_a_name_that_is_taken_is_said_and_kept(): void {
        const page = show("new");
        press(page, "Next");
        press(page, "Next");
        type(page, "Your name:", "Daemon");
        page.client.scene = "taken";
        verify(all(page).some(item => String(item.text).includes("this name belongs to the system")));
        compare(named(page, "Your name:").text, "Daemon");
    }

    function test_without_the_service_it_says_so_and_asks_again(): void {
        const page = show("absent");
        verify(all(page).some(item => String(item.text).includes("the service is not there")));
        verify(!named(page, "Next").enabled);
        press(page, "Try Again");
        compare(page.client.asked.join(), "describe");
    }
}
