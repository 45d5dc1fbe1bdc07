// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Device.State;
using Banana.Foundation.Errors;
using Banana.Foundation.Hashing;
using Banana.Tuf;
using Banana.Tuf.Client;
using Banana.Tuf.Metadata;

namespace Banana.Device.Updating;

/// <summary>
/// Joins the root of trust that the running image brings with what the device has learnt since. The newer one counts: a device follows the
/// rotation of keys by itself, and an older image does not take it back; an image with a newer root helps a device that missed a rotation.
/// </summary>
/// <param name="state">The state area.</param>
internal sealed class TrustAnchor(DeviceState state)
{
    private const string Folder = "metadata/";
    private const string Note = "trust-anchor";

    /// <summary>The metadata that this device trusts, with a root in it.</summary>
    /// <param name="provided">The root that the image or a credential brings; null: none.</param>
    /// <exception cref="BananaException">There is none, or it is no root.</exception>
    public ITrustedStore Join(byte[]? provided)
    {
        var store = new StateTrustedStore(state);
        var known = store.Read(RoleNames.FileName(RoleNames.Root, null));
        if (provided is null)
        {
            return known is not null ? store : throw new BananaException(
                ExitCode.BadInput, "this system has no root of trust, so no update can be believed", "/usr/lib/banana/root.json", "an image that is to be updated is built with the root of its repository ('trusted-root' of the definition)");
        }

        var digest = Sha256Digest.Of(provided);
        if (known is not null && state.Read(Note) is { } noted && System.Text.Encoding.UTF8.GetString(noted) == digest)
        {
            return store;
        }

        try
        {
            var (version, kept) = (MetadataReader.Root(provided).Signed.Version, known is null ? 0 : MetadataReader.Root(known).Signed.Version);
            if (version == kept && !provided.AsSpan().SequenceEqual(known))
            {
                // Two roots of one version belong to two repositories. The image is believed, and nothing of the other one.
                state.Delete([.. state.Names().Where(name => name.StartsWith(Folder, StringComparison.Ordinal))]);
                kept = 0;
            }

            if (version > kept)
            {
                TufClient.Initialize(store, provided);
            }
        }
        catch (TufException error)
        {
            throw new BananaException(ExitCode.BadInput, $"the root of trust of this system is none: {error.Message}", "/usr/lib/banana/root.json", "install the system again", error);
        }

        state.Write(Note, System.Text.Encoding.UTF8.GetBytes(digest));
        return store;
    }
}
