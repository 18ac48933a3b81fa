import ArgumentParser
import Records
import Training

/// The config and its overrides, as given on the command line.
struct ConfigOptions: ParsableArguments {
  @Argument(help: "The experiment's config, a JSON file.")
  var config: String

  @Option(
    name: .customLong("set"),
    help: ArgumentHelp(
      "Sets a value of the config; can be given several times.",
      discussion: """
        Elements of lists go by name or index, * stands for all of them. The value is JSON; what is not JSON is a string: \
        models.lsp.training.epochs=100, models.*.training.epochs=3, models.0.training.checkpoint=last, data.shuffle=false.
        """,
      valueName: "key.path=value"),
    transform: { text in
      guard let override = Override(argument: text) else {
        throw ValidationError("expected key.path=value, found \"\(text)\"")
      }
      return override
    })
  var overrides: [Override] = []

  @Option(
    help: ArgumentHelp("Runs this seed instead of the config's.", valueName: "n"),
    transform: { text in
      let seeds = try SeedList.parse(text)
      guard seeds.count == 1 else { throw ValidationError("expected one seed, found \"\(text)\"") }
      return seeds[0]
    })
  var seed: UInt64?

  @Option(
    help: ArgumentHelp("Runs these seeds instead of the config's: 0-9,12.", valueName: "list"),
    transform: { try SeedList.parse($0) })
  var seeds: [UInt64]?

  @Flag(help: "Applies the config's quick block, for a run that ends within about a minute.")
  var quick = false

  func validate() throws {
    if seed != nil && seeds != nil {
      throw ValidationError("--seed and --seeds exclude each other")
    }
  }

  /// The override that --seed or --seeds stands for.
  var seedOverride: [Override] {
    let chosen = seeds ?? seed.map { [$0] }
    return (chosen?.map { JSONValue.integer(Int($0)) }).flatMap {
      Override(path: "seeds", value: .array($0), origin: seed == nil ? "--seeds" : "--seed")
    }.map { [$0] } ?? []
  }
}

/// A list of seeds in short: "0-9,12".
enum SeedList {
  /// The seeds in the order given.
  ///
  /// - Throws: `ValidationError` where the text is no such list, is too long or names a seed twice.
  static func parse(_ text: String) throws -> [UInt64] {
    var seeds: [UInt64] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let ends = part.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.allSatisfy(\.isASCII) && $0.first != "+" ? Int($0) : nil }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        throw ValidationError("expected seeds such as 7 or 0-9,12, found \"\(text)\"")
      }
      guard last - first < ExperimentConfig.mostSeeds,
        seeds.count + last - first < ExperimentConfig.mostSeeds
      else {
        throw ValidationError("more than \(ExperimentConfig.mostSeeds) seeds in \"\(text)\"")
      }
      seeds += (first...last).map(UInt64.init)
    }
    if let twice = firstDuplicate(of: seeds) {
      throw ValidationError("the seed \(twice) occurs twice in \"\(text)\"")
    }
    return seeds
  }
}
