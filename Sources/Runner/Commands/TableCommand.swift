import ArgumentParser

/// `experiments table TABLE`.
struct TableCommand: EnvironmentCommand {
  static let configuration = CommandConfiguration(
    commandName: "table",
    abstract: "Runs what a table lacks and writes it as Markdown, LaTeX and CSV.",
    discussion: """
      A table is a JSON file that names experiments and lays out their models beside published \
      figures. Each seed's result is kept as a small file, and the table is rendered from those \
      files alone: a seed whose file is there is not run again, even where there are no data. \
      Runs lie in runs/tables/TABLE; results on real data in the folder that the table names; \
      those of --quick and of a synthetic stand-in apart, in runs/tables/TABLE-quick and \
      -synthetic. Models that several experiments or tables need, such as teachers, are trained \
      once and kept in runs/models.
      """)

  @Argument(help: "The table, a JSON file.")
  var table: String

  @OptionGroup var training: TrainingOptions

  @Option(
    help: ArgumentHelp(
      "Runs these seeds besides those of the table: 0-9,12.", valueName: "list"),
    transform: { try SeedList.parse($0) })
  var seeds: [UInt64]?

  @Option(
    help: ArgumentHelp(
      "Runs these experiments of the table alone, with what is there of the others: a,b.",
      valueName: "names"))
  var experiments: String?

  @Option(
    help: ArgumentHelp("A folder for runs, results and rendered files alike.", valueName: "dir"))
  var out: String?

  @Flag(help: "Applies the configs' quick blocks, for a table within minutes.")
  var quick = false

  @Flag(help: "Runs nothing, renders what is there.")
  var render = false

  @Flag(help: "Runs experiments again whose results are of another config or of other data.")
  var restart = false

  @Flag(help: "Prints the table as JSON.")
  var json = false

  func validate() throws {
    try validateFolder(out, option: "--out")
    if render && restart { throw ValidationError("--render and --restart exclude each other") }
    if render && seeds != nil { throw ValidationError("--render and --seeds exclude each other") }
    if render && experiments != nil {
      throw ValidationError("--render and --experiments exclude each other")
    }
  }

  func run(in environment: CommandEnvironment) throws {
    try TableRun(command: self, environment: environment).execute()
  }
}
