import Records
import Tensor

/// The program that a run is made with: the content of a run's `origin.json`. A run has one; another
/// would give other numbers.
package struct RunOrigin: Record {
  /// What changes with everything that can change a number of a training.
  package var numerics = ""
  /// The commit; nil where it is not known.
  package var revision: String?

  package init(numerics: String = "", revision: String? = nil) {
    self.numerics = numerics
    self.revision = revision
  }

  /// This program.
  package static var current: RunOrigin {
    RunOrigin(numerics: BuildRecord.numerics, revision: BuildRecord.revision)
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("numerics", &numerics, .text, required: true, "Of the sources.")
    visitor.field("revision", &revision, .orNull(.text), "The commit.")
  }

  /// For messages: "numerics 0123456789abcdef at commit 0123456789".
  package var words: String {
    "numerics \(numerics)" + (revision.map { " at commit \(Self.short($0))" } ?? "")
  }

  /// A revision as people write it: ten digits of the commit, and whether it was modified.
  package static func short(_ revision: String) -> String {
    let parts = revision.split(separator: "-", maxSplits: 1)
    return ([parts.first.map { String($0.prefix(10)) } ?? ""] + parts.dropFirst().map(String.init))
      .joined(separator: "-")
  }
}

/// What trained a model, and from whom it was taken where it was not trained in its run.
package struct ModelOrigin: Record {
  /// Of the program that trained it; nil in results of versions that kept none.
  package var numerics: String?
  package var revision: String?
  /// The processor and OpenBLAS's kernels for it, on which the last bits depend.
  package var machine: String?
  /// The name of the experiment that trained it.
  package var experiment: String?
  /// The entry of the folder of kept models that it was taken from; nil where it was trained here.
  package var takenFrom: String?

  package init(
    numerics: String? = nil, revision: String? = nil, machine: String? = nil,
    experiment: String? = nil, takenFrom: String? = nil
  ) {
    self.numerics = numerics
    self.revision = revision
    self.machine = machine
    self.experiment = experiment
    self.takenFrom = takenFrom
  }

  package init() {}

  package mutating func fields(_ visitor: any FieldVisitor) {
    visitor.field("numerics", &numerics, .orNull(.text), "Of the sources that trained it.")
    visitor.field("revision", &revision, .orNull(.text), "Their commit.")
    visitor.field("machine", &machine, .orNull(.text), "Processor and kernels of OpenBLAS.")
    visitor.field("experiment", &experiment, .orNull(.text), "Whose training it was.")
    visitor.field(
      "takenFrom", &takenFrom, .orNull(.text), "The kept model that was taken over.")
  }
}
