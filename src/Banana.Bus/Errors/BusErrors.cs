// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using Banana.Foundation.Errors;

namespace Banana.Bus;

/// <summary>The names of errors on the bus (D-Bus specification, and <c>sd-bus-errors(3)</c>), and what they mean to our programs.</summary>
public static class BusErrors
{
    public const string AccessDenied = "org.freedesktop.DBus.Error.AccessDenied";
    public const string Disconnected = "org.freedesktop.DBus.Error.Disconnected";
    public const string Failed = "org.freedesktop.DBus.Error.Failed";
    public const string InconsistentMessage = "org.freedesktop.DBus.Error.InconsistentMessage";
    public const string InteractiveAuthorizationRequired = "org.freedesktop.DBus.Error.InteractiveAuthorizationRequired";
    public const string InvalidArgs = "org.freedesktop.DBus.Error.InvalidArgs";
    public const string InvalidSignature = "org.freedesktop.DBus.Error.InvalidSignature";
    public const string LimitsExceeded = "org.freedesktop.DBus.Error.LimitsExceeded";
    public const string NameHasNoOwner = "org.freedesktop.DBus.Error.NameHasNoOwner";
    public const string NoReply = "org.freedesktop.DBus.Error.NoReply";
    public const string NoServer = "org.freedesktop.DBus.Error.NoServer";
    public const string NotSupported = "org.freedesktop.DBus.Error.NotSupported";
    public const string PropertyReadOnly = "org.freedesktop.DBus.Error.PropertyReadOnly";
    public const string ServiceUnknown = "org.freedesktop.DBus.Error.ServiceUnknown";
    public const string TimedOut = "org.freedesktop.DBus.Error.TimedOut";
    public const string Timeout = "org.freedesktop.DBus.Error.Timeout";
    public const string UnknownInterface = "org.freedesktop.DBus.Error.UnknownInterface";
    public const string UnknownMethod = "org.freedesktop.DBus.Error.UnknownMethod";
    public const string UnknownObject = "org.freedesktop.DBus.Error.UnknownObject";
    public const string UnknownProperty = "org.freedesktop.DBus.Error.UnknownProperty";

    /// <summary>What stands before the name of an <see cref="ExitCode"/> in the name of one of our own errors.</summary>
    public const string Ours = "org.kde.banana1.Error.";

    private const string SpawnFailures = "org.freedesktop.DBus.Error.Spawn.";

    /// <summary>The name of the error that stands for an exit code.</summary>
    public static string NameOf(ExitCode code) => Ours + code;

    /// <summary>The exit code that stands for an error, <see cref="ExitCode.ToolFailed"/> for one that we do not know.</summary>
    public static ExitCode CodeOf(string name)
    {
        if (name.StartsWith(Ours, StringComparison.Ordinal))
        {
            foreach (var code in Enum.GetValues<ExitCode>())
            {
                if (name.AsSpan(Ours.Length).SequenceEqual(code.ToString()))
                {
                    return code;
                }
            }

            return ExitCode.ToolFailed;
        }

        return name switch
        {
            AccessDenied or InteractiveAuthorizationRequired => ExitCode.Denied,
            Disconnected or NameHasNoOwner or NoReply or NoServer or ServiceUnknown or TimedOut or Timeout => ExitCode.Unreachable,
            LimitsExceeded => ExitCode.Busy,
            _ when name.StartsWith(SpawnFailures, StringComparison.Ordinal) => ExitCode.Unreachable,
            _ => ExitCode.ToolFailed,
        };
    }
}
