// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later
// A page of System Settings needs a plug-in to be listed. There is nothing in it: the page is QML, and the logic is bananad's.
#include <KPluginFactory>
#include <KQuickConfigModule>

class Page : public KQuickConfigModule
{
    Q_OBJECT

public:
    Page(QObject *parent, const KPluginMetaData &data)
        : KQuickConfigModule(parent, data)
    {
        setButtons(NoAdditionalButton);
    }
};

K_PLUGIN_CLASS_WITH_JSON(Page, "kcm_banana_updates.json")

#include "page.moc"
