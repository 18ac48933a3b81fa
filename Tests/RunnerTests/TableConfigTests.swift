import Foundation
import Testing

@testable import Records
@testable import Reports
@testable import Runner
@testable import TestSupport
@testable import Training

@Suite("Table files")
struct TableConfigTests {
  /// The problems of a table file as the command reports them.
  private func problems(
    _ settings: KeyValuePairs<String, JSONValue>
  ) throws -> (code: Int32, errors: String) {
    let place = try Workplace(table: try table(settings))
    let code = place.run("table", "tables/small.json")
    #expect(place.loads == 0 && place.runs == [] && place.output == "")
    return (code, place.errors)
  }

  @Test(
    arguments: [
      ("sections.students.baselin", "x", "sections.students.baselin: unknown key; did you mean"),
      (
        "sections.students.baseline", "pupils",
        "there is no row \"pupils\"; did you mean \"pupil\"?"
      ),
      ("sections.students.baseline", "kd", "the row \"kd\" has published figures only"),
      (
        "sections.students.experiment", "mian",
        "there is no experiment \"mian\"; did you mean \"main\""
      ),
      (
        "sections.students.rows.long.experiment", "lnog",
        "rows.long.experiment: there is no experiment"
      ),
      (
        "sections.students.rows.pupil.model", "mpl",
        "rows.pupil.model: there is no model \"mpl\"; did"
      ),
      (
        "sections.last.rows.student.name", "tutor",
        "rows.tutor.name: there is no model \"tutor\""
      ),
      ("sections.students.rows.kd.model", "mlp", "rows.kd.model: means nothing where \"measured\""),
      ("sections.students.rows.student.published.papr", "1", "published.papr: there is no column"),
      (
        "sections.students.rows.student.published.paper", "95.7 +- 1",
        "expected an object whose values"
      ),
      ("sections.students.rows.student.published.paper", 95.7, "a string such as \"97.81\""),
      ("sections.students.rows.student.name", "long", "two rows are named \"long\""),
      ("sections.students.metrics", ["microF1", "microF1"], "two columns are named \"microF1\""),
      ("sections.students.metrics", ["loss"], "metrics: found [\"loss\"]"),
      ("sections.students.claims.gain.better", "student", "claims.gain.than: found \"student\""),
      ("sections.students.claims.gain.than", "nobody", "claims.gain.than: there is no row"),
      ("sections.last.name", "students", "two sections are named \"students\""),
      ("sections.last.rows", [], "sections.last.rows: found [], expected a list of one or more"),
      ("experiments.long.name", "main", "two experiments are named \"main\""),
      ("experiments.main.seeds", [1, 1], "experiments.main.seeds: the seed 1 occurs twice"),
      ("experiments.main.seeds", [], "experiments.main.seeds: found []"),
      (
        "experiments.main.set", ["models..x": 1],
        "experiments.main.set: found the key \"models..x\""
      ),
      (
        "experiments.long.set", ["models.studnt.training.epochs": 1],
        "experiments.long: sample.json: models: has no element \"studnt\"; did you mean \"student\"?"
      ),
      (
        "experiments.long.set", ["models.student.training.epochs": -1],
        "found -1, expected an integer from 1 to 1000000 (set by the table's models.student"
      ),
      (
        "sections.students.claims.gain.origin", "ours",
        "claims.gain.origin: found \"ours\", expected \"published\" or \"own\""
      ),
      ("sections.last.thresholds", [0], "thresholds: found [0], expected a list"),
      (
        "sections.last.thresholds", [0.95, 0.95], "two columns are named \"epochs to 95.00 %\""
      ),
      (
        "sections.last.curves", [TableConfigTests.curve(["model": "tutor"])],
        "sections.last.curves.log.model: there is no model \"tutor\""
      ),
      (
        "sections.last.curves", [TableConfigTests.curve(["experiment": "lang"])],
        "curves.log.experiment: there is no experiment \"lang\"; did you mean \"long\"?"
      ),
      (
        "sections.last.curves", [TableConfigTests.curve(), TableConfigTests.curve()],
        "two curves are named \"log\""
      ),
      (
        "sections.last.curves", [TableConfigTests.curve(["published": ["01": 0.5]])],
        "published: found {\"01\":0.5}, expected an object of one or more epochs from \"0\""
      ),
      ("name", "A b", "name: found \"A b\", expected a name"),
    ] as [(String, JSONValue, String)])
  func badTablesAre65(path: String, value: JSONValue, message: String) throws {
    let (code, errors) = try problems([path: value])
    #expect(code == 65)
    #expect(errors.hasPrefix("error: tables/small.json: "))
    #expect(errors.contains(message), "\(errors)")
  }

  /// A published curve of the student.
  static func curve(_ changes: [String: JSONValue] = [:]) -> JSONValue {
    let whole: [String: JSONValue] = [
      "name": "log", "label": "Student", "source": "Somebody's log.", "model": "student",
      "published": ["0": 0.7, "10": 0.5],
    ]
    return .object(whole.merging(changes) { $1 })
  }

  @Test func groupsAreNamedWhereThereAreAny() throws {
    let (code, errors) = try problems([
      "experiments.long.set": ["models.student.count": 2],
      "sections.students.rows.long.model": "studen",
    ])
    #expect(code == 65)
    #expect(
      errors.contains(
        "rows.long.model: there is no model or group \"studen\"; did you mean \"student\"? (there "
          + "is: teacher, student_1, student_2, mlp, student) in the experiment \"long\""),
      "\(errors)")
  }

  @Test func allProblemsAreToldTogether() throws {
    let (code, errors) = try problems([
      "titel": "x", "sections.students.rows.pupil.label": 3, "sections.last.metrics": ["f1"],
    ])
    #expect(code == 65)
    #expect(errors.contains("tables/small.json: 3 problems"), "\(errors)")
    let references = try problems([
      "experiments.main.config": "../nowhere.json",
      "sections.students.rows.long.model": "pupil",
    ])
    #expect(references.code == 65)
    #expect(references.errors.contains("2 problems"), "\(references.errors)")
    #expect(references.errors.contains("nowhere.json: no such file"))
    #expect(references.errors.contains("rows.long.model: there is no model \"pupil\""))
  }

  @Test func missingFilesAre66() throws {
    let (code, errors) = try problems(["experiments.main.config": "../smaple.json"])
    #expect(code == 66)
    #expect(
      errors == "error: tables/small.json: experiments.main: smaple.json: no such file; "
        + "did you mean sample.json?\n")
    let place = try Workplace(table: sampleTable)
    #expect(place.run("table", "tables/smal.json") == 66)
    #expect(place.errors.contains("did you mean tables/small.json?"))
  }

  @Test(arguments: [
    ["--render", "--restart"], ["--render", "--seeds", "1"], ["--out", ""], ["--threads", "0"],
    ["--seeds", "x"],
  ])
  func badUsageIs64(options: [String]) throws {
    let place = try Workplace(table: sampleTable)
    #expect(place.run(["table", "tables/small.json"] + options) == 64)
    #expect(place.loads == 0)
  }

  @Test func settingsComeBeforeTheQuickBlockAndSeedsAreAdded() throws {
    let place = try Workplace(
      table: try table(["experiments.main.set": ["models.teacher.training.epochs": 7]]))
    func config(quick: Bool, seeds: [UInt64] = []) throws -> ExperimentConfig {
      try TableFile(
        path: "tables/small.json", relativeTo: place.folder, quick: quick, addedSeeds: seeds
      ).experiments[0].config
    }
    #expect(try config(quick: false).models[0].training.epochs == 7)
    #expect(try config(quick: true).models[0].training.epochs == 1)
    #expect(try config(quick: false, seeds: [9, 1]).seeds == [0, 1, 2, 9])
  }

  @Test func tablesGoThroughJSON() throws {
    let (config, problems) = RecordDecoder.decode(TableConfig.self, from: sampleTable)
    #expect(problems == [])
    let (again, none) = RecordDecoder.decode(TableConfig.self, from: RecordEncoder.encode(config))
    #expect(none == [] && again == config)
    #expect(config.sections[0].rows[3].published["paper"]?.text == "96.1")
    #expect(config.sections[1].baseline == nil && config.sections[1].claims == [])
  }

  @Test func publishedFiguresKeepTheirDigits() {
    #expect(PublishedFigure("97.60")?.text == "97.60")
    #expect(PublishedFigure("97.90 ± 0.45")?.mean == "97.90")
    #expect(PublishedFigure("97.90 ± 0.45")?.deviation == "0.45")
    for wrong in ["", "-", "97.", ".5", "1e3", "97 ± ", "97±1", "1 ± 2 ± 3", "٣", "-1", " 9"] {
      #expect(PublishedFigure(wrong) == nil, "\(wrong)")
    }
  }

  @Test func theShippedSchemaIsTheDecoders() throws {
    let text = try String(
      contentsOf: packageRoot.appending(path: "configs/tables/schema.json"), encoding: .utf8)
    #expect(
      text == SchemaCommand.tableSchema.prettyText,
      "run: swift run experiments schema table > configs/tables/schema.json")
    let place = try Workplace()
    #expect(place.run("schema", "table") == 0 && place.output == text)
  }

  /// Puts a wrong value at every place of a full table and asks decoder and schema.
  @Test func decoderAndSchemaRefuseTheSame() throws {
    let full = RecordEncoder.encode(
      RecordDecoder.decode(
        TableConfig.self,
        from: try table([
          "sections.last.thresholds": [0.5, 1], "sections.last.curves": [TableConfigTests.curve()],
        ])
      ).record)
    let schema = SchemaCommand.tableSchema
    #expect(SchemaValidator.accepts(sampleTable, schema) && SchemaValidator.accepts(full, schema))
    let wrong: [JSONValue] = [nil, true, -1, 0, 0.5, "x!", "1 ± 2", [], [1], [:], ["q": 1]]
    // What concerns several fields at once is beyond the schema.
    let relations = ["there is no ", "are named", "occurs twice", "means nothing", "the row"]
    var refused = 0
    for path in SchemaValidator.places(in: full) {
      for value in wrong {
        var document = full
        _ = try #require(Override(path: path, value: value, origin: "test")).apply(to: &document)
        let problems = RecordDecoder.decode(TableConfig.self, from: document).problems
        let accepted = SchemaValidator.accepts(document, schema)
        #expect(
          accepted == problems.isEmpty
            || accepted
              && problems.allSatisfy { problem in
                relations.contains(where: problem.message.contains)
              },
          "\(path) = \(value.compactText): \(problems)")
        if !accepted { refused += 1 }
      }
    }
    #expect(refused > 300)
  }

  @Test func shippedTablesAndConfigsAreValid() throws {
    func files(in folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(
        atPath: packageRoot.appending(path: folder).path
      ).filter { $0.hasSuffix(".json") && $0 != "schema.json" }.map { "\(folder)/\($0)" }.sorted()
    }
    let tables = try files(in: "configs/tables")
    #expect(tables.contains("configs/tables/lsp_ppi.json"))
    for path in tables {
      for quick in [false, true] {
        let file = try TableFile(
          path: path, relativeTo: packageRoot, quick: quick, addedSeeds: [])
        #expect(path == "configs/tables/\(file.config.name).json")
        let document = try JSONFile.read(file.url, named: path)
        #expect(SchemaValidator.accepts(document, SchemaCommand.tableSchema))
        #expect(
          file.url.deletingLastPathComponent().appending(path: file.config.results)
            .displayPath(from: packageRoot) == "docs/results")
      }
    }
    for path in try files(in: "configs") {
      let config = try ConfigFile(path: path, relativeTo: packageRoot)
      #expect(path == "configs/\(try config.resolve(quick: false).name).json")
      let document = try JSONFile.read(packageRoot.appending(path: path), named: path)
      #expect(SchemaValidator.accepts(document, SchemaCommand.schema))
    }
  }
}
