import Records
import Training

/// `docs/config.md`: every key that a config can have, from the records and registries that read it.
enum KeysPage {
  /// The page.
  static var text: String {
    var lines = [
      "# Keys of a config", "",
      "Written by `experiments list --markdown` from what reads configs; a test compares. "
        + "`configs/schema.json` says the same to editors.", "",
    ]
    lines += section("An experiment", ExperimentConfig())
    lines += section("A model, in `models`", ModelConfig())
    lines += section("An objective, in `objectives` of a model", ObjectiveConfig())
    for registry in Registries.all {
      lines += ["## \(registry.kind)", ""]
      for choice in registry.outline { lines += self.lines(of: choice) }
    }
    return lines.joined(separator: "\n")
  }

  private static func section<Content: Record>(_ title: String, _ record: Content) -> [String] {
    var record = record
    return ["## \(title)", ""] + table(RecordOutline.fields { record.fields($0) })
  }

  private static func lines(of choice: ChoiceOutline) -> [String] {
    let ends = choice.uses.isEmpty ? "" : " (for \(choice.uses.joined(separator: ", ")))"
    var lines = ["### `\(choice.name)`\(ends)", "", choice.note, ""]
    if !choice.citation.isEmpty { lines += ["*\(choice.citation)*", ""] }
    return lines + table(choice.fields)
  }

  private static func table(_ fields: [FieldOutline]) -> [String] {
    guard !fields.isEmpty else { return [] }
    let rows = fields.map { field in
      let standard = field.standard.map { "`\($0.compactText)`" } ?? "required"
      return
        "| `\(field.key)` | \(cell(field.expected)) | \(cell(standard)) | \(cell(field.note)) |"
    }
    return ["| key | expected | default | |", "| --- | --- | --- | --- |"] + rows + [""]
  }

  /// A bar would end the cell.
  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|")
  }
}
