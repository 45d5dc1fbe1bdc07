// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later
// The one shell of all our apps: it gives a QML program its window, its name, its icon and the look of KDE. There is nothing of any app in it.
//   banana-app ID [--full-screen] [WORD...]     shows /usr/share/banana/apps/ID/main.qml; the words are the app's own
#include <KLocalizedString>
#include <QApplication>
#include <QIcon>
#include <QQmlEngine>
#include <QQuickView>
#include <QStandardPaths>
#include <QTextStream>

int main(int argc, char *argv[])
{
    // A QApplication, because the controls of Plasma are drawn by the style of widgets.
    if (qEnvironmentVariableIsEmpty("QT_QUICK_CONTROLS_STYLE")) {
        qputenv("QT_QUICK_CONTROLS_STYLE", "org.kde.desktop");
    }
    QApplication application(argc, argv);
    const QStringList words = application.arguments();
    const QString id = words.value(1);
    const QString page = QStandardPaths::locate(QStandardPaths::GenericDataLocation, QStringLiteral("banana/apps/%1/main.qml").arg(id));
    if (id.isEmpty() || page.isEmpty()) {
        QTextStream(stderr) << "banana-app: there is no app '" << id << "'; it is started as: banana-app ID [--full-screen]\n";
        return 2;
    }
    KLocalizedString::setApplicationDomain(id.toUtf8());
    QApplication::setApplicationName(id);
    QApplication::setDesktopFileName(id);
    QApplication::setWindowIcon(QIcon::fromTheme(id, QIcon::fromTheme(QStringLiteral("preferences-system"))));

    QQuickView view;
    QObject::connect(view.engine(), &QQmlEngine::quit, &application, &QCoreApplication::quit);
    QObject::connect(view.engine(), &QQmlEngine::exit, &application, &QCoreApplication::exit, Qt::QueuedConnection);
    view.setResizeMode(QQuickView::SizeRootObjectToView);
    view.setSource(QUrl::fromLocalFile(page));
    if (view.status() != QQuickView::Ready) {
        return 1;
    }
    if (words.contains(QStringLiteral("--full-screen"))) {
        view.showFullScreen();
    } else {
        view.show();
    }
    return application.exec();
}
