// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Runtime.InteropServices;

namespace Banana.Bus.Native;

/// <summary>The calls of sd-bus (sd-bus(3)) that we need: all there since systemd 240. Called on the thread of <see cref="Connection.BusLoop"/> only: a connection and its messages belong to one thread.</summary>
internal static unsafe partial class LibSystemd
{
    public const int MethodCall = 1; // SD_BUS_MESSAGE_METHOD_CALL
    public const int MethodReturn = 2;
    public const int MethodError = 3;
    public const int Signal = 4;

    private const string Library = "libsystemd.so.0";

    [LibraryImport(Library)]
    public static partial int sd_bus_new(out nint bus);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_set_address(nint bus, string address);

    [LibraryImport(Library)]
    public static partial int sd_bus_set_bus_client(nint bus, int yes);

    [LibraryImport(Library)]
    public static partial int sd_bus_negotiate_fds(nint bus, int yes);

    [LibraryImport(Library)]
    public static partial int sd_bus_start(nint bus);

    [LibraryImport(Library)]
    public static partial int sd_bus_is_ready(nint bus);

    [LibraryImport(Library)]
    public static partial int sd_bus_get_unique_name(nint bus, out nint name);

    [LibraryImport(Library)]
    public static partial int sd_bus_process(nint bus, out nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_get_fd(nint bus);

    [LibraryImport(Library)]
    public static partial int sd_bus_get_events(nint bus);

    [LibraryImport(Library)]
    public static partial int sd_bus_get_timeout(nint bus, out ulong microseconds);

    [LibraryImport(Library)]
    public static partial int sd_bus_send(nint bus, nint message, ulong* cookie);

    [LibraryImport(Library)]
    public static partial void sd_bus_close(nint bus);

    [LibraryImport(Library)]
    public static partial nint sd_bus_unref(nint bus);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_message_new_method_call(nint bus, out nint message, string destination, string path, string @interface, string member);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_message_new_signal(nint bus, out nint message, string path, string @interface, string member);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_new_method_return(nint call, out nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_new_method_error(nint call, out nint message, in ErrorName error);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_ref(nint message);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_unref(nint message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_message_set_destination(nint message, string destination);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_set_allow_interactive_authorization(nint message, int yes);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_set_auto_start(nint message, int yes);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_get_allow_interactive_authorization(nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_get_expect_reply(nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_get_type(nint message, out byte type);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_get_reply_cookie(nint message, out ulong cookie);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_get_sender(nint message);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_get_path(nint message);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_get_interface(nint message);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_get_member(nint message);

    [LibraryImport(Library)]
    public static partial nint sd_bus_message_get_signature(nint message, int complete);

    [LibraryImport(Library)]
    public static partial ErrorName* sd_bus_message_get_error(nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_rewind(nint message, int complete);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_read_basic(nint message, byte type, void* value);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_read_array(nint message, byte type, out nint bytes, out nuint size);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_peek_type(nint message, out byte type, out nint contents);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_message_enter_container(nint message, byte type, string contents);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_exit_container(nint message);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_at_end(nint message, int complete);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_append_basic(nint message, byte type, void* value);

    [LibraryImport(Library, EntryPoint = "sd_bus_message_append_basic", StringMarshalling = StringMarshalling.Utf8)]
    public static partial int AppendText(nint message, byte type, string value);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_append_array(nint message, byte type, void* bytes, nuint size);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_bus_message_open_container(nint message, byte type, string contents);

    [LibraryImport(Library)]
    public static partial int sd_bus_message_close_container(nint message);

    [LibraryImport(Library, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int sd_notify(int unsetEnvironment, string state);

    /// <summary>Text that sd-bus owns; null for none.</summary>
    public static string? Text(nint text) => Marshal.PtrToStringUTF8(text);

    /// <summary>What a negative errno means.</summary>
    public static string Explain(int result) => Marshal.GetPInvokeErrorMessage(-result);

    /// <summary><c>sd_bus_error</c>: a name and a message, both owned by somebody else.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ErrorName
    {
        public nint Name;
        public nint Message;
        public int NeedsFree;
    }
}
