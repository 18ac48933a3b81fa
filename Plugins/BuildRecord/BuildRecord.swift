import Foundation
import PackagePlugin

/// Writes into the program what it was built from: see `record`, the script that does it.
///
/// It runs with every build, which costs a few hundredths of a second. What it writes is written
/// anew only where it differs, so that nothing is compiled again without need.
@main struct BuildRecord: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let package = context.package.directoryURL
    let output = context.pluginWorkDirectoryURL.appending(path: "Sources")
    return [
      .prebuildCommand(
        displayName: "Recording what \(target.name) is built from",
        executable: URL(filePath: "/bin/sh"),
        arguments: [
          package.appending(path: "Plugins/BuildRecord/record").path, package.path, output.path,
        ],
        outputFilesDirectory: output)
    ]
  }
}
