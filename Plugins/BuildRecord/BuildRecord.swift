import Foundation
import PackagePlugin

/// Writes into the program what it was built from: see `record`, the script that does it.
///
/// It runs whenever a source or the state of the repository has changed, which costs a few hundredths
/// of a second, and writes anew only what differs, so that nothing is compiled again without need. (A
/// prebuild command would not do: the package manager runs those when it plans, and does not plan
/// again where files change only in their content.)
@main struct BuildRecord: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let package = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "BuildRecord.swift")
    let script = package.appending(path: "Plugins/BuildRecord/record")
    return [
      .buildCommand(
        displayName: "Recording what \(target.name) is built from",
        executable: URL(filePath: "/bin/sh"),
        arguments: [script.path, package.path, output.path],
        inputFiles: [script, package.appending(path: "Package.swift")]
          + sources(below: package.appending(path: "Sources")) + repositoryFiles(of: package),
        outputFiles: [output])
    ]
  }

  private func sources(below folder: URL) -> [URL] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.compactMap { $0 as? URL } ?? [])
      .filter { ["swift", "c", "h", "inc"].contains($0.pathExtension) }
      .sorted { $0.path < $1.path }
  }

  /// What changes with each commit and each checkout; nothing outside a repository.
  private func repositoryFiles(of package: URL) -> [URL] {
    var folder = package.appending(path: ".git")
    // In a work tree of its own, a file names the folder; a folder cannot be read as text.
    if let text = try? String(contentsOf: folder, encoding: .utf8),
      text.hasPrefix("gitdir: ")
    {
      let path = text.dropFirst("gitdir: ".count).trimmingCharacters(in: .whitespacesAndNewlines)
      folder = URL(filePath: path, relativeTo: package).absoluteURL
    }
    return ["HEAD", "logs/HEAD", "index"].map { folder.appending(path: $0) }
      .filter { FileManager.default.fileExists(atPath: $0.path) }
  }
}
