// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Tuf.Keys;
using Banana.Tuf.Metadata;

namespace Banana.Tuf.Repository;

/// <summary>Changes of a root's roles. Each gives a new root; keys that no role has any more are left out.</summary>
public static class RootChanges
{
    /// <summary>With the keys of a role.</summary>
    public static RootMetadata WithRole(this RootMetadata root, string role, IEnumerable<PublicKey> keys, int threshold)
    {
        PublicKey[] all = [.. keys];
        Dictionary<string, RoleKeys> roles = new(root.Roles, StringComparer.Ordinal) { [role] = new([.. all.Select(key => key.Id)], threshold) };
        if (threshold < 1 || threshold > all.DistinctBy(key => key.Material).Count())
        {
            throw new TufException(TufFailure.Key, $"{role} needs {threshold} signatures, and has {all.Length} keys");
        }

        Dictionary<string, PublicKey> known = new(root.Keys, StringComparer.Ordinal);
        foreach (var key in all)
        {
            known[key.Id] = key;
        }

        return root with
        {
            Roles = roles,
            Keys = known.Where(pair => roles.Values.Any(keys => keys.KeyIds.Contains(pair.Key, StringComparer.Ordinal))).ToDictionary(StringComparer.Ordinal),
        };
    }

    /// <summary>With a key more; without, or in place of, an old one. The threshold stays.</summary>
    /// <param name="root">The root.</param>
    /// <param name="role">The role.</param>
    /// <param name="added">The new key, if any.</param>
    /// <param name="removed">The id of the old key, if any; the first digits are enough.</param>
    /// <exception cref="TufException">The role has no such key, or too few would be left.</exception>
    public static RootMetadata Rotate(this RootMetadata root, string role, PublicKey? added, string? removed)
    {
        if (!root.Roles.TryGetValue(role, out var keys))
        {
            throw new TufException(TufFailure.Key, $"there is no role {role} in the root; it has {string.Join(", ", RoleNames.TopLevel)}");
        }

        List<PublicKey> left = [.. keys.KeyIds.Select(id => root.Keys[id])];
        if (removed is not null)
        {
            var matching = left.Where(key => key.Id.StartsWith(removed, StringComparison.OrdinalIgnoreCase)).ToList();
            _ = matching.Count == 1 ? left.Remove(matching[0]) : throw new TufException(TufFailure.Key, $"{matching.Count} keys of {role} begin with {removed}; it has {string.Join(", ", keys.KeyIds.Select(id => id[..Math.Min(12, id.Length)]))}");
        }

        return root.WithRole(role, added is null ? left : left.Append(added).DistinctBy(key => key.Id), keys.Threshold);
    }
}
