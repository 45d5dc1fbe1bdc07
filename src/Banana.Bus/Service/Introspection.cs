// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: LGPL-2.1-or-later

using System.Text;

namespace Banana.Bus.Service;

/// <summary>Describes objects as XML (D-Bus specification, "Introspection Data Format").</summary>
internal static class Introspection
{
    private const string Head = """
        <!DOCTYPE node PUBLIC "-//freedesktop//DTD D-BUS Object Introspection 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/introspect.dtd">
        <node>
         <interface name="org.freedesktop.DBus.Peer">
          <method name="Ping"/>
          <method name="GetMachineId">
           <arg type="s" name="machine_uuid" direction="out"/>
          </method>
         </interface>
         <interface name="org.freedesktop.DBus.Introspectable">
          <method name="Introspect">
           <arg name="xml_data" type="s" direction="out"/>
          </method>
         </interface>

        """;

    private const string Properties = """
         <interface name="org.freedesktop.DBus.Properties">
          <method name="Get">
           <arg name="interface_name" direction="in" type="s"/>
           <arg name="property_name" direction="in" type="s"/>
           <arg name="value" direction="out" type="v"/>
          </method>
          <method name="GetAll">
           <arg name="interface_name" direction="in" type="s"/>
           <arg name="props" direction="out" type="a{sv}"/>
          </method>
          <method name="Set">
           <arg name="interface_name" direction="in" type="s"/>
           <arg name="property_name" direction="in" type="s"/>
           <arg name="value" direction="in" type="v"/>
          </method>
          <signal name="PropertiesChanged">
           <arg type="s" name="interface_name"/>
           <arg type="a{sv}" name="changed_properties"/>
           <arg type="as" name="invalidated_properties"/>
          </signal>
         </interface>

        """;

    private const string Manager = """
         <interface name="org.freedesktop.DBus.ObjectManager">
          <method name="GetManagedObjects">
           <arg type="a{oa{sa{sv}}}" name="object_paths_interfaces_and_properties" direction="out"/>
          </method>
          <signal name="InterfacesAdded">
           <arg type="o" name="object_path"/>
           <arg type="a{sa{sv}}" name="interfaces_and_properties"/>
          </signal>
          <signal name="InterfacesRemoved">
           <arg type="o" name="object_path"/>
           <arg type="as" name="interfaces"/>
          </signal>
         </interface>

        """;

    public static string Describe(IEnumerable<BusInterface>? interfaces, bool isManager, IEnumerable<string> children)
    {
        StringBuilder xml = new(Head);
        xml.Append(interfaces is null ? string.Empty : Properties).Append(isManager ? Manager : string.Empty);
        foreach (var description in interfaces ?? [])
        {
            Append(xml, description);
        }

        foreach (var child in children)
        {
            xml.Append($" <node name=\"{child}\"/>\n");
        }

        return xml.Append("</node>\n").ToString();
    }

    private static void Append(StringBuilder xml, BusInterface description)
    {
        xml.Append($" <interface name=\"{description.Name}\">\n");
        foreach (var method in description.Methods.Values)
        {
            xml.Append($"  <method name=\"{method.Name}\">\n");
            Append(xml, method.In, " direction=\"in\"");
            Append(xml, method.Out, " direction=\"out\"");
            xml.Append("  </method>\n");
        }

        foreach (var property in description.Properties.Values)
        {
            xml.Append($"  <property name=\"{property.Name}\" type=\"{property.Type}\" access=\"{(property.Set is null ? "read" : "readwrite")}\">\n");
            xml.Append($"   <annotation name=\"org.freedesktop.DBus.Property.EmitsChangedSignal\" value=\"{Change(property.Change)}\"/>\n  </property>\n");
        }

        foreach (var signal in description.Signals.Values)
        {
            xml.Append($"  <signal name=\"{signal.Name}\">\n");
            Append(xml, signal.Values, string.Empty);
            xml.Append("  </signal>\n");
        }

        xml.Append(" </interface>\n");
    }

    private static void Append(StringBuilder xml, BusArguments arguments, string direction)
    {
        foreach (var (name, type) in arguments.Items)
        {
            xml.Append($"   <arg type=\"{type}\" name=\"{name}\"{direction}/>\n");
        }
    }

    private static string Change(BusChange change) => change switch
    {
        BusChange.Told => "true",
        BusChange.Invalidated => "invalidates",
        BusChange.Never => "const",
        _ => "false",
    };
}
