import Foundation

/// Where a table's runs, data and rendered files lie.
package struct TablePlace {
  /// Folder of the experiments' run folders, as users know it.
  package let runs: String
  /// Folder of trained models that experiments and tables share.
  package let models: String
  /// Folder of the rendered files, and of the data below it.
  package let results: URL
  package let resultsName: String
  private let table: String

  /// The place of a table.
  ///
  /// Results on real data stay in the folder that the table's file names. Quick runs and stand-ins
  /// lie apart from them and from each other. A folder of the user's choice holds everything.
  package init(_ file: TableFile, synthetic: Bool, out: String?, currentDirectory: URL) {
    table = file.config.name
    var apart = "runs/tables/\(table)"
    if file.quick { apart += "-quick" }
    if synthetic { apart += "-synthetic" }
    models = out.map { "\($0)/models" } ?? "runs/models"
    if let out {
      (results, runs) = (URL(filePath: out, relativeTo: currentDirectory), "\(out)/runs")
    } else if file.quick || synthetic {
      (results, runs) = (URL(filePath: apart, relativeTo: currentDirectory), apart)
    } else {
      results = URL(
        filePath: file.config.results, relativeTo: file.url.deletingLastPathComponent())
      runs = apart
    }
    resultsName = results.displayPath(from: currentDirectory)
  }

  /// The files behind the table.
  package var store: TableStore {
    TableStore(
      url: results.appending(path: "data/\(table)"), name: "\(resultsName)/data/\(table)")
  }

  /// A rendered file's name, by its extension.
  package func rendered(_ kind: String) -> String { "\(table).\(kind)" }
}
