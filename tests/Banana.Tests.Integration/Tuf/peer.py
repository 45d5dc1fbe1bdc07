# SPDX-FileCopyrightText: Banana contributors
# SPDX-License-Identifier: GPL-2.0-or-later
"""python-tuf, driven by a test: `peer.py write FOLDER` writes a repository, `peer.py read FOLDER TARGET` reads one.

FOLDER has metadata/ and targets/; what is read lands in client/ and downloads/.
"""
import os
import sys
from datetime import datetime, timedelta, timezone
from urllib.parse import urlparse, unquote

from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError
from tuf.api.metadata import DelegatedRole, Delegations, Metadata, MetaFile, Root, Snapshot, TargetFile, Targets, Timestamp
from tuf.ngclient import Updater
from tuf.ngclient.fetcher import FetcherInterface


class FolderFetcher(FetcherInterface):
    """The sandbox has no network: addresses are paths."""

    def _fetch(self, url):
        path = unquote(urlparse(url).path)
        if not os.path.exists(path):
            raise DownloadHTTPError("not there", 404)
        with open(path, "rb") as file:
            yield file.read()


def write(folder):
    expires = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(days=10)
    metadata, targets_folder = os.path.join(folder, "metadata"), os.path.join(folder, "targets")
    os.makedirs(os.path.join(targets_folder, "plasma", "20260101.1"))
    os.makedirs(metadata)
    signers = {
        "root": CryptoSigner.generate_rsa(),
        "root2": CryptoSigner.generate_ecdsa(),
        "targets": CryptoSigner.generate_ecdsa(),
        "snapshot": CryptoSigner.generate_rsa(),
        "timestamp": CryptoSigner.generate_ed25519(),
        "timestamp2": CryptoSigner.generate_ecdsa(),
        "stable-plasma": CryptoSigner.generate_ed25519(),
    }

    def sign(signed, names):
        md = Metadata(signed)
        for name in names:
            md.sign(signers[name], append=True)
        return md.to_bytes()

    def save(name, content):
        with open(os.path.join(metadata, name), "wb") as file:
            file.write(content)
        return content

    root = Root(version=1, expires=expires, consistent_snapshot=True)
    for role in ("root", "targets", "snapshot", "timestamp"):
        root.add_key(signers[role].public_key, role)
    root.add_key(signers["root2"].public_key, "root")
    root.roles["root"].threshold = 2
    root.unrecognized_fields["unknown"] = {"text": "\u00e9\n\"\\", "list": [1, None, True]}
    save("1.root.json", sign(root, ["root", "root2"]))
    root.version = 2
    root.revoke_key(signers["timestamp"].public_key.keyid, "timestamp")
    root.add_key(signers["timestamp2"].public_key, "timestamp")
    save("2.root.json", sign(root, ["root", "root2"]))

    content = b"a manifest of python-tuf\n"
    path = "plasma/20260101.1/manifest.json"
    target = TargetFile.from_data(path, content, ["sha256", "sha512"])
    for value in target.hashes.values():
        with open(os.path.join(targets_folder, "plasma", "20260101.1", value + ".manifest.json"), "wb") as file:
            file.write(content)
    key = signers["stable-plasma"].public_key
    channel = save("1.stable-plasma.json", sign(Targets(expires=expires, targets={path: target}), ["stable-plasma"]))
    role = DelegatedRole("stable-plasma", [key.keyid], 1, False, ["plasma/*/manifest.json"])
    targets = save("1.targets.json", sign(Targets(expires=expires, delegations=Delegations({key.keyid: key}, {role.name: role})), ["targets"]))
    snapshot = Snapshot(expires=expires, meta={
        "targets.json": MetaFile.from_data(1, targets, ["sha256"]),
        "stable-plasma.json": MetaFile.from_data(1, channel, ["sha512"]),
    })
    snapshot_bytes = save("1.snapshot.json", sign(snapshot, ["snapshot"]))
    save("timestamp.json", sign(Timestamp(expires=expires, snapshot_meta=MetaFile.from_data(1, snapshot_bytes, ["sha256", "sha512"])), ["timestamp2"]))


def read(folder, target_path):
    client, downloads = os.path.join(folder, "client"), os.path.join(folder, "downloads")
    os.makedirs(client, exist_ok=True)
    os.makedirs(downloads, exist_ok=True)
    with open(os.path.join(folder, "metadata", "1.root.json"), "rb") as file:
        trusted = file.read()
    updater = Updater(client, f"http://peer{folder}/metadata/", downloads, f"http://peer{folder}/targets/", fetcher=FolderFetcher(), bootstrap=trusted)
    updater.refresh()
    info = updater.get_targetinfo(target_path)
    if info is None:
        sys.exit("no such target")
    with open(updater.download_target(info), "r", encoding="utf-8") as file:
        print(file.read(), end="")
    for role in ("root", "timestamp", "snapshot", "targets"):
        print(role, Metadata.from_file(os.path.join(client, role + ".json")).signed.version)


{"write": write, "read": read}[sys.argv[1]](*sys.argv[2:])
