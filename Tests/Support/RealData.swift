import Foundation

/// The folder of real data sets that `$GRAPH_DISTILL_DATA` names, if it is set and has the given file
/// or folder. Tests on real data are skipped where there is none.
func realData(holding path: String) -> String? {
  guard let folder = ProcessInfo.processInfo.environment["GRAPH_DISTILL_DATA"],
    FileManager.default.fileExists(atPath: "\(folder)/\(path)")
  else { return nil }
  return folder
}
