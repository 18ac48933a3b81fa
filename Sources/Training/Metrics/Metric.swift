import Datasets
import Distill
import Layers
import Records
import Tensor

/// A score of predictions: collects what it needs of each batch of a part, and gives one number for
/// the part.
///
/// A fresh value is made for each part and each evaluation. Results hold every registered metric that
/// applies to the task, under its name, and `selectOn` of a training takes any of them:
///
///     struct ErrorRate: Metric {
///       static let name = "errorRate"
///       static let note = "The share of nodes whose largest logit is not that of their class."
///       static let tasks: Set<LabelKind> = [.single]
///       static let higherIsBetter = false
///       private var wrong = 0
///       private var all = 0
///
///       mutating func add<S: Scalar>(_ batch: Predictions<S>) {
///         wrong += batch.countedRows - batch.rightRows
///         all += batch.countedRows
///       }
///       var value: Double { all == 0 ? 0 : Double(wrong) / Double(all) }
///     }
///
///     Registries.metrics.register(ErrorRate.self)
public protocol Metric {
  /// The name in configs and results.
  static var name: String { get }
  /// What it is, in a sentence.
  static var note: String { get }
  /// Where it was published; empty for what is nobody's invention.
  static var citation: String { get }
  /// The heading of its columns in tables.
  static var heading: String { get }
  /// The tasks that it is defined for.
  static var tasks: Set<LabelKind> { get }
  /// Whether more is better: what `selectOn` looks for.
  static var higherIsBetter: Bool { get }
  /// Whether it is a share from 0 to 1, which tables print in %.
  static var isShare: Bool { get }
  /// Whether it takes long beside a prediction, as what sorts all scores does. After an epoch it is
  /// then computed only where a training selects on it; final scores have it always.
  static var isCostly: Bool { get }

  /// Nothing collected yet.
  init()
  /// Takes in a batch with at least one counted row; batches come in the order of the part.
  mutating func add<S: Scalar>(_ batch: Predictions<S>)
  /// The score of what was collected, a finite number; asked for once, and of a part without counted
  /// rows too.
  ///
  /// - Throws: ``UndefinedMetric`` where the part has no such score. Results are then without it; a
  ///   training that selects on it ends.
  var value: Double { get throws }
}

/// Why a part of the data has no score of a metric.
public struct UndefinedMetric: Error, Equatable {
  /// What the part lacks: "no node is of class 2".
  public let reason: String

  /// A reason, which follows "is not defined: ".
  public init(reason: String) { self.reason = reason }
}

extension Metric {
  /// Nobody's invention.
  public static var citation: String { "" }
  /// The name.
  public static var heading: String { name }
  /// Both.
  public static var tasks: Set<LabelKind> { [.single, .several] }
  /// More is better.
  public static var higherIsBetter: Bool { true }
  /// A share.
  public static var isShare: Bool { true }
  /// Most count as they go.
  public static var isCostly: Bool { false }
}

/// How many labels a target (a node or a graph) has.
public enum LabelKind: String, Sendable {
  /// One of c classes; rows of labels are one-hot.
  case single
  /// Any of c labels; rows of labels are 0 and 1.
  case several

  /// "one label a node", for messages.
  package var inWords: String {
    switch self {
    case .single: "one label a node"
    case .several: "several labels a node"
    }
  }
}

extension TaskLoss {
  /// The labels that it compares with.
  package var labelKind: LabelKind {
    switch self {
    case .binaryCrossEntropy: .several
    case .crossEntropy: .single
    }
  }
}

/// What a network predicts for one batch, and what is right.
public final class Predictions<S: Scalar> {
  /// One row a target, one column a class or label: t x c.
  public let logits: Matrix<S>
  /// 0 and 1, of the same shape; one-hot where a target has one label.
  public let labels: Matrix<S>
  /// 1 for rows that count, 0 for those with unknown labels; t entries.
  public let counts: [UInt8]
  /// How many labels a target has.
  public let task: LabelKind
  /// Of several labels, one is predicted where its logit is at least this.
  public let logitThreshold: Double

  /// Predictions for the targets of one batch.
  public init(
    logits: Matrix<S>, labels: Matrix<S>, counts: [UInt8], task: LabelKind,
    logitThreshold: Double = 0
  ) {
    precondition(
      logits.rows == labels.rows && logits.columns == labels.columns
        && counts.count == logits.rows, "logits, labels and the row mask belong to the same nodes")
    self.logits = logits
    self.labels = labels
    self.counts = counts
    self.task = task
    self.logitThreshold = logitThreshold
  }

  /// The number of rows that count.
  public private(set) lazy var countedRows = counts.reduce(0) { $0 + Int($1) }

  /// The number of counted rows whose largest logit, the first of equal ones, is that of their class.
  public private(set) lazy var rightRows = Layers.rightNodes(
    logits: logits, labels: labels, counts: counts)

  /// How labels that are predicted by the threshold agree with given ones.
  public private(set) lazy var confusion = Confusion(
    logits: logits, labels: labels, counts: counts, threshold: logitThreshold)
}

extension Registry where Value == any Metric {
  /// Adds a metric.
  public func register<M: Metric>(_ type: M.Type) {
    add(
      Entry(
        name: M.name, note: M.note, citation: M.citation, type: String(reflecting: type),
        uses: [], fresh: M()
      ) { _ in M() })
  }

  /// The type of a name, or nil; of "inductive.accuracy" that of accuracy.
  package func metric(named name: String) -> (any Metric.Type)? {
    self[TestPart.metric(of: name)].map { type(of: $0.fresh) }
  }

  /// What columns of test scores can be: each metric, of all test nodes and of parts of them.
  package var namesOfTestScores: [String] {
    names + TestPart.allCases.flatMap { part in names.map(part.name) }
  }

  /// The metrics of a task.
  package func types(for task: LabelKind) -> [any Metric.Type] {
    entries.map { type(of: $0.fresh) }.filter { $0.tasks.contains(task) }
  }

  /// What a metric is called in the heading of a column.
  package func heading(of name: String) -> String {
    let heading = metric(named: name)?.heading ?? name
    return TestPart(ofMetric: name).map { "\(heading), \($0.rawValue)" } ?? heading
  }

  /// Whether a figure of results is printed in %: all but the loss and what says that it is no share.
  package func isShare(_ name: String) -> Bool {
    TestPart.metric(of: name) != Evaluation.lossName && metric(named: name)?.isShare ?? true
  }
}

extension TestPart {
  /// What results call a figure of this part: "inductive.accuracy".
  package func name(of metric: String) -> String { "\(rawValue).\(metric)" }

  /// The part that a figure of results is of, or nil for one of all test nodes.
  package init?(ofMetric name: String) {
    guard let part = TestPart.allCases.first(where: { name.hasPrefix("\($0.rawValue).") }) else {
      return nil
    }
    self = part
  }

  /// The metric without the part that it is of.
  package static func metric(of name: String) -> String {
    TestPart(ofMetric: name).map { String(name.dropFirst($0.rawValue.count + 1)) } ?? name
  }
}
