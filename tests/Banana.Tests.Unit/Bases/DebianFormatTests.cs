// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Bases.Debian;

namespace Banana.Tests.Unit.Bases;

public sealed class DebianFormatTests
{
    [Fact]
    public void Control_file_has_paragraphs_fields_and_continuations()
    {
        var stanzas = ControlStanza.ParseAll("# comment\nPackage: a\nDepends: b,\n c\nDescription: one\n two\n .\n three\n\n\nPackage: d\n");
        Assert.Equal(2, stanzas.Count);
        Assert.Equal("b,\nc", stanzas[0]["depends"]);
        Assert.Equal("one\ntwo\n.\nthree", stanzas[0]["Description"]);
        Assert.Equal("d", stanzas[1]["Package"]);
        Assert.Null(stanzas[1]["Depends"]);
        Assert.Equal("Package: d\n", stanzas[1].Text);
    }

    [Fact]
    public void Relation_is_read_without_versions_and_architectures()
    {
        var relations = Dependency.Parse("debconf (>= 0.5) | debconf-2.0, libc6:any (>= 2) [amd64],\n awk").ToList();
        Assert.Equal([["debconf", "debconf-2.0"], ["libc6"], ["awk"]], relations);
        Assert.Empty(Dependency.Parse(null));
    }

    [Fact]
    public void Closure_follows_depends_pre_depends_and_providers_but_not_recommends()
    {
        var universe = ControlStanza.ParseAll("""
            Package: a
            Depends: b | x, awk
            Recommends: z

            Package: b
            Pre-Depends: c

            Package: c
            Depends: a

            Package: mawk
            Provides: awk (= 1)

            Package: z
            """).ToDictionary(stanza => stanza["Package"]!, StringComparer.Ordinal);
        Assert.Equal(["a", "b", "c", "mawk"], Dependency.Closure(["a", "nothing"], universe).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Package: bash\nVersion: 5.3-2\n", "bash 5.3-2")]
    [InlineData("Package: libc6\nVersion: 2.43-7+b1\nSource: glibc (2.43-7)\n", "glibc 2.43-7")]
    [InlineData("Package: libc6\nVersion: 2.43-7\nSource: glibc\n", "glibc 2.43-7")]
    public void Source_is_named_with_its_version(string control, string source) => Assert.Equal(source, DebianResolver.SourceOf(ControlStanza.ParseAll(control)[0]));

    [Theory]
    [InlineData("/usr/share/doc/bash/README", false, true)]
    [InlineData("/usr/share/doc/bash/copyright", false, false)]
    [InlineData("/usr/share/doc/libbash", true, false)] // a link to another package's folder, which has the copyright
    [InlineData("/usr/share/man/man1/bash.1.gz", false, true)]
    [InlineData("/usr/share/man/man1", true, true)]
    [InlineData("/usr/share/locale/de/LC_MESSAGES/bash.mo", false, true)]
    [InlineData("/usr/share/locale/en_GB/LC_MESSAGES/bash.mo", false, false)]
    [InlineData("/usr/share/locale/locale.alias", false, false)]
    [InlineData("/usr/share/locale/fr/LC_MESSAGES/bash.mo", false, false)]
    [InlineData("/usr/share/locale/fr_CA/LC_MESSAGES/bash.mo", false, false)]
    [InlineData("/usr/share/locale/frp/LC_MESSAGES/bash.mo", false, true)]
    [InlineData("/usr/share/locale/sr/LC_MESSAGES/bash.mo", false, true)]
    [InlineData("/usr/share/locale/sr@latin/LC_MESSAGES/bash.mo", false, false)]
    [InlineData("/usr/share/locales", false, false)]
    [InlineData("/usr/bin/bash", false, false)]
    public void Only_what_nobody_needs_is_left_out(string path, bool leadsOn, bool excluded) => Assert.Equal(excluded, new PathExcludes(["fr", "sr@latin"]).Excludes(path, leadsOn));

    [Theory]
    [InlineData("GPL-2+", "GPL-2.0-or-later")]
    [InlineData("Expat", "MIT")]
    [InlineData("GPL-1+ or Artistic", "GPL-1.0-or-later OR Artistic-1.0-Perl")]
    [InlineData("LGPL-2.1+ and GPL-2", "LGPL-2.1-or-later AND GPL-2.0-only")]
    [InlineData("GPL-2+ with OpenSSL exception", "NOASSERTION")]
    [InlineData("GPL-2+ or Expat, and BSD-3-clause", "NOASSERTION")]
    [InlineData("my-own", "NOASSERTION")]
    [InlineData("", "NOASSERTION")]
    public void Licence_is_told_only_where_its_meaning_is_certain(string license, string spdx) =>
        Assert.Equal(spdx, DebianCopyright.LicenseOf($"Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\nFiles: debian/*\nLicense: ISC\n\nFiles: *\nCopyright: x\nLicense: {license}\n some text\n"));

    [Fact]
    public void Free_form_copyright_tells_no_licence() => Assert.Equal("NOASSERTION", DebianCopyright.LicenseOf("This package was debianized by\n\nFiles: *\nLicense: GPL-2\n"));

    [Fact]
    public void Assumed_names_are_one_installed_package()
    {
        var stanza = Assert.Single(ControlStanza.ParseAll(AssumedPackage.Paragraph(["b", "a"])));
        Assert.Equal("a, b", stanza["Provides"]);
        Assert.Equal("install ok installed", stanza["Status"]);
        Assert.Empty(AssumedPackage.Paragraph([]));
    }
}
