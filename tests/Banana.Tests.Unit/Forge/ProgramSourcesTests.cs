// SPDX-FileCopyrightText: Banana contributors
// SPDX-License-Identifier: GPL-2.0-or-later

using Banana.Definition.Schemas;
using Banana.Forge.Programs;
using Banana.Foundation.Errors;

namespace Banana.Tests.Unit.Forge;

/// <summary>What the programs of a device are made of.</summary>
public sealed class ProgramSourcesTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("banana-test-");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void An_edition_can_name_what_can_be_published_but_not_what_is_for_tests() => Assert.Equal(ProgramPublisher.Projects.Keys.Except(["banana-qa-agent"], StringComparer.Ordinal), DefinitionSchemas.Programs);

    [Fact]
    public void They_are_the_project_and_what_it_refers_to_and_no_other()
    {
        var files = new ProgramSources(Checkout.Root).FilesOf(ProgramPublisher.Projects["bananad"]);
        Assert.Contains("src/Banana.Daemon/Program.cs", files);
        Assert.Contains("src/Banana.Tuf/Banana.Tuf.csproj", files); // referred to by what the program refers to
        Assert.Contains("eng/Device.targets", files);
        Assert.DoesNotContain(files, file => file.StartsWith("src/Banana.Forge/", StringComparison.Ordinal) || file.Contains("/obj/", StringComparison.Ordinal));
        Assert.Equal(files.Order(StringComparer.Ordinal), files);
    }

    [Fact]
    public async Task A_changed_or_new_source_is_another_program_and_what_an_editor_leaves_is_not()
    {
        var checkout = Copy();
        var before = await DigestAsync(checkout);
        Write(checkout, "src/Banana.Daemon/.Program.cs.swp");
        Write(checkout, "src/Banana.Daemon/Program.cs~");
        Write(checkout, "src/Banana.Daemon/obj/generated.cs");
        Assert.Equal(before, await DigestAsync(checkout));
        Write(checkout, "src/Banana.Foundation/New.cs");
        var added = await DigestAsync(checkout);
        Assert.NotEqual(before, added);
        await File.AppendAllTextAsync(Path.Combine(checkout, "src/Banana.Foundation/New.cs"), "// more\n", TestContext.Current.CancellationToken);
        Assert.NotEqual(added, await DigestAsync(checkout));
    }

    [Fact]
    public void A_folder_that_is_no_whole_checkout_is_refused_by_name()
    {
        var checkout = Copy();
        File.Delete(Path.Combine(checkout, "eng/Device.targets"));
        var error = Assert.Throws<BananaException>(() => new ProgramSources(checkout).FilesOf(ProgramPublisher.Projects["bananad"]));
        Assert.Equal(ExitCode.BadInput, error.Code);
        Assert.Contains("'eng/Device.targets'", error.Message, StringComparison.Ordinal);
    }

    private static Task<string> DigestAsync(string checkout)
    {
        var sources = new ProgramSources(checkout);
        return sources.DigestAsync(sources.FilesOf(ProgramPublisher.Projects["bananad"]), TestContext.Current.CancellationToken);
    }

    private static void Write(string checkout, string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(checkout, file))!);
        File.WriteAllText(Path.Combine(checkout, file), "// a file\n");
    }

    private string Copy()
    {
        var real = new ProgramSources(Checkout.Root);
        real.CopyTo(folder.FullName, real.FilesOf(ProgramPublisher.Projects["bananad"]));
        return folder.FullName;
    }
}
