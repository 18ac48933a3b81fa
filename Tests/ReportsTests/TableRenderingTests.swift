import Foundation
import Testing

@testable import Datasets
@testable import Records
@testable import Reports
@testable import TestSupport
@testable import Training

@Suite("Rendered tables")
struct TableRenderingTests {
  /// The sample table run with fake scores, and its rendered files.
  private func rendered(
    synthetic: Bool = false, quick: Bool = false, seeds: String? = nil
  ) throws -> (markdown: String, latex: String, csv: String, place: Workplace) {
    let place = try Workplace(table: sampleTable)
    place.synthetic = synthetic
    var arguments = ["table", "tables/small.json", "--threads", "2"]
    if quick { arguments.append("--quick") }
    if let seeds { arguments += ["--seeds", seeds] }
    #expect(place.run(arguments) == 0, "\(place.errors)")
    let apart = "runs/tables/small\(quick ? "-quick" : "")\(synthetic ? "-synthetic" : "")"
    let folder = quick || synthetic ? apart : "docs/results"
    let texts = try ["md", "tex", "csv"].map { try place.text("\(folder)/small.\($0)") }
    return (texts[0], texts[1], texts[2], place)
  }

  @Test func markdown() throws {
    let (text, _, _, place) = try rendered()
    #expect(text == place.output)
    let processor = Machine.processor
    let commit = BuildRecord.revision.map { ", commit \(RunOrigin.short($0))" } ?? ""
    #expect(
      text.hasPrefix(
        "# Students 50 % & more\n\nWhat the sample's students reach.\n\n\(TableReport.legend)\n\n"
          + "## Students\n\n| method "))
    let lines = text.components(separatedBy: "\n")
    let rows = lines.filter { $0.hasPrefix("|") }.map(cells)
    #expect(
      rows[0] == [
        "method", "paper", "micro-F1", "n", "difference", "95 % interval", "t p",
        "signed-rank p", "parameters", "epochs", "s/epoch",
      ])
    #expect(
      rows[2] == [
        "Teacher", "97.6", "30.67 ± 0.58", "3", "-20.33", "[-21.77, -18.90]", "< 0.001", "0.250",
        "10", "3", "0.50",
      ])
    #expect(
      rows[3] == [
        #"Student \| GCN"#, "95.70 ± 0.45", "51.00 ± 1.00", "3", "-", "-", "-", "-", "11", "3",
        "0.50",
      ])
    #expect(
      rows[4] == [
        #"MLP, "plain""#, "-", "53.50 ± 1.50", "3", "+2.50", "[+1.26, +3.74]", "0.013", "0.250",
        "12", "3", "0.50",
      ])
    #expect(rows[5] == ["KD_1", "96.1", "-", "0", "-", "-", "-", "-", "-", "-", "-"])
    #expect(
      rows[6] == [
        "Student, long", "-", "51.50 ± 0.71", "2", "0.00", "-", "-", "-", "11", "1,000",
        "0.50",
      ])
    // The last epoch's scores, in a section without a baseline.
    #expect(rows[7] == ["method", "micro-F1", "n", "parameters", "epochs", "s/epoch"])
    #expect(rows[9] == ["Student", "25.75 ± 0.35", "2", "11", "1,000", "0.50"])
    let bullets = lines.filter { $0.hasPrefix("- ") }.map { String($0.dropFirst(2)) }
    #expect(
      bullets == [
        "Differences are to “Student | GCN”, in micro-F1.", SplitOverlap.oneSplit.note,
        "paper: Somebody 2020, Table 1.",
        "One remark.",
        "Students: The MLP is better: reproduced (difference +2.50 points, 95 % CI "
          + "[+1.26, +3.74], paired t p = 0.013, Holm's p = 0.013, n = 3)",
        "Students: The teacher is better: not reproduced: the contrary holds (difference -20.33 "
          + "points, 95 % CI [-21.77, -18.90], paired t p < 0.001, Holm's p < 0.001, n = 3)",
        "Students: Long training helps: not testable: all differences are equal (difference 0.00 "
          + "points, n = 2)",
        TableClaim.Origin.published.rule, SplitOverlap.oneSplit.kind,
        "Holm's correction: this table tests 2 claims, and the more there are, the likelier is a small "
          + "p by chance. The smallest p is multiplied by their number, the next by one less and so "
          + "on, and none may fall below the one before: the chance of even one false finding is then "
          + "at most 5 %. Intervals are not corrected.",
        "A remark on all.",
        "98.3 % of PPI's test nodes are genes that occur in training; every published PPI score "
          + "shares this",
        "Seeds of main: 0, 1, 2", "Seeds of long: 1, 2",
        "Trained by code of numerics not recorded\(commit)",
        "s/epoch on \(processor) (2 threads)",
      ])
    #expect(text.hasSuffix("\n\nEvery figure comes from the files in `data/small`.\n"))
  }

  private func cells(_ line: String) -> [String] {
    line.replacingOccurrences(of: #"\|"#, with: "\u{1}").split(separator: "|")
      .map {
        $0.trimmingCharacters(in: .whitespaces).replacingOccurrences(of: "\u{1}", with: #"\|"#)
      }
  }

  @Test func latex() throws {
    let (_, text, _, _) = try rendered()
    #expect(
      text.hasPrefix(
        #"""
        % Students 50 % & more. Needs \usepackage{booktabs} and UTF-8.
        \begin{table}
          \centering\footnotesize\setlength{\tabcolsep}{3pt}
          \caption{Students 50 \% \& more. Students. Test scores in \%, mean $\pm$ sample
        """#.replacingOccurrences(of: "\n  \\caption", with: "\n  \\caption")))
    #expect(
      text.contains(
        #"""
          \label{tab:small:students}
          \begin{tabular}{lrrrrrrrrrr}
            \toprule
            method & paper & micro-F1 & n & difference & 95 \% interval & t p & signed-rank p & parameters & epochs & s/epoch \\
            \midrule
            Teacher & 97.6 & 30.67 $\pm$ 0.58 & 3 & $-$20.33 & {[}$-$21.77, $-$18.90{]} & $<$ 0.001 & 0.250 & 10 & 3 & 0.50 \\
            Student \textbar{} GCN & 95.70 $\pm$ 0.45 & 51.00 $\pm$ 1.00 & 3 & - & - & - & - & 11 & 3 & 0.50 \\
            MLP, \textquotedbl{}plain\textquotedbl{} & - & 53.50 $\pm$ 1.50 & 3 & +2.50 & {[}+1.26, +3.74{]} & 0.013 & 0.250 & 12 & 3 & 0.50 \\
            KD\_1 & 96.1 & - & 0 & - & - & - & - & - & - & - \\
            Student, long & - & 51.50 $\pm$ 0.71 & 2 & 0.00 & - & - & - & 11 & 1,000 & 0.50 \\
            \bottomrule
          \end{tabular}
        \end{table}
        """#))
    #expect(
      text.contains("\\paragraph{What was reproduced}\n\\begin{itemize}\n  \\item Students: The"))
    #expect(text.contains("\\item 98.3 \\% of PPI's test nodes"))
    #expect(text.hasSuffix("\\end{itemize}\n"))
    for line in text.split(separator: "\n").dropFirst() {
      // Every special character is escaped or meant.
      let bare = line.replacingOccurrences(of: #"\\[%&_#]"#, with: "", options: .regularExpression)
      #expect(!bare.contains("%") && !bare.contains("#"), "\(line)")
    }
  }

  @Test(arguments: [
    (
      ##"a_b & 50 % of #1 {x} $y^2$ ~ \z"##,
      ##"a\_b \& 50 \% of \#1 \{x\} \$y\textasciicircum{}2\$ \textasciitilde{} \textbackslash{}z"##
    ),
    ("1.2 ± 0.3 < 5 > 4", #"1.2 $\pm$ 0.3 $<$ 5 $>$ 4"#),
    ("[-0.10, +1.70]", #"{[}$-$0.10, +1.70{]}"#),
    ("epochs 0-29, two-layer, - and -x", "epochs 0-29, two-layer, - and -x"),
    ("“so”\nλ → σ × ≤ ≥", #"``so'' $\lambda$ $\to$ $\sigma$ $\times$ $\leq$ $\geq$"#),
    (#"|"|"#, #"\textbar{}\textquotedbl{}\textbar{}"#),
  ])
  func latexEscapes(text: String, expected: String) {
    #expect(LaTeXTable.escape(text) == expected)
  }

  @Test func csv() throws {
    let (_, _, text, _) = try rendered()
    let lines = text.components(separatedBy: "\n")
    #expect(lines.count == 8 && lines.last == "")
    #expect(
      lines[0]
        == "table,section,row,label,experiment,model,students,weights,quick,synthetic,data,metric,n,seeds,"
        + "mean,std,baseline,pairs,difference,interval_low,interval_high,cohens_d,test,"
        + "test_per_training,t_p,signed_rank_p,parameters,epochs,seconds_per_epoch,published_paper_mean,"
        + "published_paper_std")
    let caveat =
      "98.3 % of PPI's test nodes are genes that occur in training; every published PPI score "
      + "shares this"
    #expect(
      lines[2]
        == "small,students,student,Student | GCN,main,student,1,selected,false,false,\(caveat),"
        + "microF1,3,0 1 2,51.000000,1.000000,,,,,,,,,,,11,3,0.500000,95.70,0.45")
    #expect(
      lines[3].hasPrefix(
        "small,students,pupil,\"MLP, \"\"plain\"\"\",main,mlp,1,selected,false,false,"))
    #expect(
      lines[3].hasSuffix(
        ",microF1,3,0 1 2,53.500000,1.500000,student,3,2.500000,1.257931,3.742069,5.000000,"
          + "paired,0.000000,0.013072,0.250000,12,3,0.500000,,"), "\(lines[3])")
    #expect(
      lines[4]
        == "small,students,kd,KD_1,,,,selected,false,false,,microF1,0,,,,student,0,,,,,,,,,,,,"
        + "96.1,")
    #expect(lines[6].contains("small,last,student,Student,long,student,1,last,"))
  }

  @Test(arguments: [
    ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"x\"", "\"say \"\"x\"\"\""),
    ("two\nlines", "\"two\nlines\""), ("two\r\nlines", "\"two\r\nlines\""), ("", ""),
  ])
  func csvQuotes(text: String, expected: String) {
    #expect(CSVTable.quote(text) == expected)
  }

  @Test(arguments: [(true, false), (false, true), (true, true)])
  func standInsAndQuickRunsAreMarkedEverywhere(synthetic: Bool, quick: Bool) throws {
    let (markdown, latex, csv, place) = try rendered(synthetic: synthetic, quick: quick)
    let marks = [quick ? "quick run" : nil, synthetic ? "synthetic stand-in" : nil]
      .compactMap { $0 }.joined(separator: ", ")
    for title in ["# Students 50 % & more", "## Students", "## Last epoch"] {
      #expect(markdown.contains("\(title) (\(marks))\n"), "\(markdown)")
    }
    #expect(latex.contains("Students 50 \\% \\& more (\(marks)). Last epoch (\(marks))."))
    let lines = csv.split(separator: "\n").dropFirst()
    #expect(
      lines.filter { !$0.contains(",kd,") }.allSatisfy { $0.contains(",\(quick),\(synthetic),") })
    let caveat = "PPI, synthetic: a generated stand-in, not the real data"
    #expect(markdown.contains("- \(caveat)\n") == synthetic)
    #expect(csv.contains(caveat) == synthetic && latex.contains("\\item \(caveat)") == synthetic)
    #expect(markdown.contains("98.3 %") == !synthetic)
    #expect(
      markdown.contains(
        "- Students: The MLP is better: \(marks): no verdict (difference +2.50 points, 95 % CI"))
    #expect(!markdown.contains(": reproduced (") && !markdown.contains("the contrary holds ("))
    // Nothing of it among the results on real data.
    #expect(!place.exists("docs"))
  }

  @Test func whatIsNotThereIsADash() throws {
    let place = try Workplace(table: sampleTable)
    place.onSeed = { if $0 == 1 { throw Interrupted() } }
    #expect(place.run("table", "tables/small.json") == 130)
    #expect(place.output == "")
    let text = try place.text("docs/results/small.md")
    let rows = text.components(separatedBy: "\n").filter { $0.hasPrefix("|") }.map(cells)
    // One seed: a difference and no test.
    #expect(rows[4][2...7] == ["52.00", "1", "+2.00", "-", "-", "-"])
    #expect(rows[6][2...] == ["-", "0", "-", "-", "-", "-", "-", "-", "-"])
    #expect(
      text.contains("Students: The MLP is better: one seed: no test (difference +2.00 points)"))
    #expect(text.contains("Students: Long training helps: no runs: no test\n"))
    #expect(text.contains("- Seeds of main: 0; still to be run: 1, 2\n"))
    #expect(text.contains("- Seeds of long: none yet; still to be run: 1, 2\n"))
  }

  // MARK: Verdicts

  private func row(
    _ scores: [UInt64: Double], overlap: SplitOverlap = .oneSplit, metric: String = "microF1"
  ) -> RowReport {
    let seeds = scores.sorted { $0.key < $1.key }.map { seed, score in
      var stored = StoredSeed()
      stored.result.seed = seed
      stored.result.models = [ModelResult(name: "m", test: [metric: score])]
      return stored
    }
    return RowReport(
      TableRow(name: "m"), experiment: "x", models: ["m"], seeds: seeds, overlap: overlap)
  }

  @Test(
    arguments: [
      ([1: 0.60, 2: 0.62, 3: 0.61], [1: 0.50, 2: 0.51, 3: 0.50], "reproduced"),
      ([1: 0.50, 2: 0.51, 3: 0.50], [1: 0.60, 2: 0.62, 3: 0.61], "notReproduced"),
      ([1: 0.60, 2: 0.50], [1: 0.50, 2: 0.51], "undecided"),
      ([1: 0.60, 2: 0.50], [1: 0.60, 2: 0.50], "untested"),
      // Equal differences: of less than five pairs nothing can be said, whatever they are.
      ([1: 0.75, 2: 0.5], [1: 0.5, 2: 0.25], "untested"),
      (
        [1: 0.7647058823529411, 2: 0.803921568627451],
        [1: 0.7450980392156863, 2: 0.7843137254901961], "untested"
      ),
      ([1: 0.60, 2: 0.61, 3: 0.6], [3: 0.50], "untested"),
      ([1: 0.60, 2: 0.61], [3: 0.50, 4: 0.51], "untested"),
      ([1: 0.60, 2: .nan], [1: 0.50, 2: 0.51], "untested"),
      ([:], [:], "untested"),
    ] as [([UInt64: Double], [UInt64: Double], String)])
  func verdicts(better: [UInt64: Double], than: [UInt64: Double], name: String) {
    let difference = SeedDifference(row(better), row(than), "microF1")
    let tests = ClaimReport.tests(of: [difference.comparison], margin: nil)[0]
    let verdict = Verdict(difference, tests: tests)
    #expect(verdict.name == name, "\(verdict.text)")
    // A question of one's own has the same outcome and other words.
    let own = Verdict(difference, tests: tests, origin: .own)
    #expect(own.outcome == verdict.outcome)
    #expect(
      own.name == ["reproduced": "holds", "notReproduced": "doesNotHold"][name] ?? name)
    #expect(!own.text.contains("reproduced"))
  }

  @Test func claimsOfOnesOwnAreNotCalledReproduced() throws {
    let place = try Workplace(
      table: try table([
        "sections.students.claims.gain.origin": "own",
        "sections.students.claims.loss.origin": "own",
      ]))
    #expect(place.run("table", "tables/small.json") == 0, "\(place.errors)")
    let markdown = try place.text("docs/results/small.md")
    let parts = markdown.components(separatedBy: "\n## ").filter {
      $0.hasPrefix("What ")
    }
    let own = TableClaim.Origin.own
    #expect(parts.count == 2 && parts[0].hasPrefix("What was reproduced\n\n- Students: Long"))
    #expect(
      !parts[0].contains("The MLP") && parts[1].hasPrefix("\(own.heading)\n\n- Students: The"))
    #expect(parts[1].contains("The MLP is better: holds (difference +2.50 points, 95 % CI ["))
    #expect(
      parts[1].contains("The teacher is better: does not hold: the contrary does (difference -20"))
    #expect(parts[1].contains("\n- \(own.rule)\n"))
    let latex = try place.text("docs/results/small.tex")
    #expect(latex.contains("\\paragraph{\(own.heading)}\n\\begin{itemize}\n  \\item Students: The"))
    #expect(place.run("table", "tables/small.json", "--json") == 0)
    let claims = try JSONParser.parse(place.output)["sections"]?["students"]?["claims"]
    #expect(claims?["gain"]?["verdict"] == "holds" && claims?["gain"]?["origin"] == "own")
    #expect(claims?["loss"]?["verdict"] == "doesNotHold")
    #expect(claims?["same"]?["origin"] == "published")
  }

  @Test func verdictsGoByTheCorrectedProbability() throws {
    let place = try Workplace(
      table: try table([
        "equivalenceMargin": 3,
        // The same claim again and again: each is tested, and the family grows.
        "sections.students.claims.same.better": "pupil",
      ]))
    #expect(place.run("table", "tables/small.json", "--json") == 0, "\(place.errors)")
    let claims = try JSONParser.parse(place.output)["sections"]?["students"]?["claims"]
    func number(_ value: JSONValue?) -> Double {
      guard case .number(let number)? = value else { return .nan }
      return number
    }
    let gain = try #require(claims?["gain"])
    let raw = number(gain["difference"]?["p"])
    #expect(abs(raw - 0.013072) < 1e-6)
    #expect(abs(number(gain["difference"]?["holm"]) - 2 * raw) < 1e-12)
    #expect(gain["comparison"]?["test"] == "paired")
    #expect(gain["equivalence"]?["margin"] == 0.03)
    let markdown = try place.text("docs/results/small.md")
    #expect(
      markdown.contains(
        "The MLP is better: reproduced (difference +2.50 points, 95 % CI [+1.26, +3.74], paired t p = "
          + "0.013, Holm's p = 0.026; within 3 points p = 0.113, Holm's p = 0.338; n = 3)"))
    #expect(markdown.contains("lies within 3 points to either side"))
  }

  /// Points are hundredths of a share; what is no share differs by a number.
  @Test func differencesOfWhatIsNoShareAreNumbers() {
    let difference = SeedDifference(
      row([1: 12.5, 2: 14], metric: "loss"), row([1: 0.25, 2: 0.5], metric: "loss"), "loss")
    let tests = ClaimReport.tests(of: [difference.comparison], margin: nil)[0]
    let text = Verdict(difference, tests: tests).text
    #expect(text.contains("(difference +12.875, 95 % CI [+4.9"), "\(text)")
  }

  @Test func equivalenceIsAVerdictOfItsOwn() {
    func verdict(_ differences: [Double], _ overlap: SplitOverlap = .oneSplit) -> Verdict {
      let seeds = differences.enumerated().map { (UInt64($0.offset), $0.element) }
      let difference = SeedDifference(
        row(Dictionary(uniqueKeysWithValues: seeds.map { ($0, 0.5 + $1) }), overlap: overlap),
        row(Dictionary(uniqueKeysWithValues: seeds.map { ($0.0, 0.5) }), overlap: overlap),
        "microF1")
      return Verdict(
        difference, tests: ClaimReport.tests(of: [difference.comparison], margin: 0.002)[0])
    }
    let near = [0.0003, -0.0002, 0.0001, -0.0004, 0.0002]
    #expect(verdict(near).name == "equivalent")
    #expect(verdict(near).text.hasPrefix("equivalent within 0.2 points (difference 0.00 points"))
    // The same scores of splits that overlap are less certain.
    #expect(verdict(near, .drawnSplits(testPerTraining: 300)).name == "undecided")
    // A difference that is certain and does not matter is both.
    let small = [0.0010, 0.0011, 0.0009, 0.0010, 0.0011]
    #expect(verdict(small).name == "reproduced")
    #expect(verdict(small).text.hasPrefix("reproduced, by less than 0.2 points ("))
    // All equal: with five independent pairs the signs tell, with fewer or overlapping ones nothing.
    #expect(verdict([0, 0, 0, 0, 0]).name == "equivalent")
    #expect(verdict([0, 0, 0, 0]).name == "untested")
    #expect(verdict([0, 0, 0, 0, 0], .drawnSplits(testPerTraining: 3)).name == "untested")
    #expect(verdict([0.1, 0.1, 0.1, 0.1, 0.1]).name == "undecided")
    #expect(verdict([0.1, 0.1, 0.1, 0.1, 0.1, 0.1]).name == "reproduced")
  }

  @Test func pairsAreTheSeedsThatBothHave() throws {
    let difference = SeedDifference(
      row([1: 0.9, 2: 0.60, 3: 0.62]), row([2: 0.50, 3: 0.50, 7: 0.1]), "microF1")
    #expect(difference.count == 2)
    #expect(abs(try #require(difference.mean) - 0.11) < 1e-12)
    #expect(difference.comparison == PairedComparison([0.60, 0.62], [0.50, 0.50]))
    let absent = SeedDifference(row([1: 0.9]), row([1: 0.8]), "accuracy")
    #expect(absent.count == 1 && absent.mean?.isNaN == true)
  }

  @Test func caveatsOfTheData() {
    var data = DatasetSummary(
      name: "ppi", source: "here", synthetic: false, nodes: 1, edges: 1, labelledShare: 0.95646)
    #expect(data.caveats.count == 2 && data.caveats[0] == "PPI, 95.65 % of labels")
    data.labelledShare = 0.99999
    #expect(data.caveats[0] == "PPI, 99.99 % of labels")
    data.labelledShare = 1
    #expect(data.caveats.count == 1)
    data.name = "cora"
    #expect(data.caveats == [])
    data.split = "public"
    #expect(data.caveats == ["CORA, split: public"])
    data.name = "photo"
    #expect(data.caveats.count == 2 && data.caveats[1].contains("Alignahead"))
    (data.name, data.nodes) = ("chameleon", 2_277)
    #expect(data.caveats.count == 2)
    #expect(data.caveats[1].contains("only 890 of its 2,277 nodes are left in chameleon_filtered"))
    data.name = "chameleon_filtered"
    #expect(data.caveats.count == 1)
    (data.name, data.synthetic) = ("photo-synthetic", true)
    #expect(
      data.caveats == [
        "PHOTO-SYNTHETIC, synthetic: a generated stand-in, not the real data, split: public"
      ])
  }
}
