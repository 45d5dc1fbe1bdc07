// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;
using Banana.Formats.Compression;

namespace Banana.Formats.Casync.Hashing;

/// <summary>Names chunks, by libcrypto (EVP_MD_fetch(3), EVP_DigestInit(3)): .NET has no SHA-512/256.</summary>
public static unsafe partial class ChunkHash
{
    private const string Library = "libcrypto.so.3";

    [ThreadStatic]
    private static Context? sha512Half;

    [ThreadStatic]
    private static Context? sha256;

    /// <summary>The name of a chunk. From any thread; allocates nothing.</summary>
    public static ChunkId Of(ChunkDigest digest, ReadOnlySpan<byte> content)
    {
        try
        {
            var context = digest == ChunkDigest.Sha256 ? sha256 ??= new Context("SHA256") : sha512Half ??= new Context("SHA512-256");
            ChunkId id = default;
            fixed (byte* data = content)
            {
                var right = Init(context, context.Algorithm, 0) == 1
                    && Update(context, data, (nuint)content.Length) == 1
                    && Final(context, (byte*)&id, null) == 1;
                return right ? id : throw new InvalidOperationException("libcrypto could not hash");
            }
        }
        catch (DllNotFoundException error)
        {
            throw NativeLibraryError.Missing(Library, "libssl3t64", error);
        }
    }

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_new")]
    private static partial nint CreateContext();

    [LibraryImport(Library, EntryPoint = "EVP_MD_CTX_free")]
    private static partial void FreeContext(nint context);

    [LibraryImport(Library, EntryPoint = "EVP_MD_fetch", StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint Fetch(nint library, string algorithm, nint properties);

    [LibraryImport(Library, EntryPoint = "EVP_MD_free")]
    private static partial void FreeAlgorithm(nint algorithm);

    [LibraryImport(Library, EntryPoint = "EVP_DigestInit_ex2")]
    private static partial int Init(Context context, nint algorithm, nint parameters);

    [LibraryImport(Library, EntryPoint = "EVP_DigestUpdate")]
    private static partial int Update(Context context, byte* data, nuint length);

    [LibraryImport(Library, EntryPoint = "EVP_DigestFinal_ex")]
    private static partial int Final(Context context, byte* digest, uint* length);

    /// <summary>An algorithm and its state, of one thread; freed by the collector after the thread is gone.</summary>
    private sealed class Context : SafeHandle
    {
        public Context(string algorithm)
            : base(0, ownsHandle: true)
        {
            Algorithm = Fetch(0, algorithm, 0);
            SetHandle(CreateContext());
            if (IsInvalid || Algorithm == 0)
            {
                throw new InvalidOperationException($"libcrypto has no {algorithm}");
            }
        }

        public nint Algorithm { get; }

        public override bool IsInvalid => handle == 0;

        protected override bool ReleaseHandle()
        {
            FreeContext(handle);
            FreeAlgorithm(Algorithm);
            return true;
        }
    }
}
