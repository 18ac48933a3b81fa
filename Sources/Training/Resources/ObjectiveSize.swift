import Layers
import Records
import Tensor

/// What is kept of a teacher's features while a student is trained.
public enum TeacherCache: Hashable {
  /// Nothing that lasts.
  case nothing
  /// The features at a tap, one row a node (or a graph) of all that is trained on.
  case features(tap: String)
  /// One number an edge.
  case edges
}

/// What the memory of an objective depends on.
public struct ObjectiveSizes {
  /// The nodes of the largest batch.
  public var nodes: Double
  /// The columns of the features that it reads of the student.
  public var student: Double
  /// Those of the teacher.
  public var teacher: Double

  /// Sizes from their parts.
  public init(nodes: Double, student: Double, teacher: Double) {
    self.nodes = nodes
    self.student = student
    self.teacher = teacher
  }
}

extension ExperimentConfig {
  /// What is kept of the features of a student's teachers, in numbers: each tap once for each
  /// teacher, however many objectives read it.
  package func teacherNumbers(of student: ModelConfig, on data: DataSizes) -> Double {
    var known: [TeacherConfig: Set<TeacherCache>] = [:]
    for objective in student.objectives {
      let settings = objective.kind.settings
      guard let teacher = settings.teacher else { continue }
      known[teacher, default: []].insert(settings.teacherCache)
    }
    return known.reduce(0) { sum, entry in
      guard let teacher = models.first(where: { $0.name == entry.key.name }) else { return sum }
      let settings = teacher.architecture.settings
      // What it makes of the latest batch is all that is kept where nothing is a constant.
      let kept = settings.buildsGraphs ? data.batch : data.whole
      return sum
        + entry.value.reduce(0) { sum, cache in
          switch cache {
          case .nothing: sum
          case .edges: sum + kept.edges
          case .features(let tap):
            // Of features behind a readout there is a row a graph: few.
            settings.pooledTaps.contains(tap)
              ? sum : sum + kept.nodes * teacher.columns(at: tap, on: data)
          }
        }
    }
  }

  /// The most that one of a student's objectives works in besides features and their gradients, in
  /// numbers.
  package func objectiveNumbers(of student: ModelConfig, on data: DataSizes) -> Double {
    student.objectives.map { objective in
      let settings = objective.kind.settings
      let teacher = models.first { $0.name == settings.teacher?.name }
      func columns(_ source: TapUse.Source) -> Double {
        guard let use = settings.taps.first(where: { $0.reads == source }),
          let model = source == .student ? student : teacher
        else { return 0 }
        return model.columns(at: use.tap, on: data)
      }
      return settings.workingNumbers(
        ObjectiveSizes(
          nodes: data.batch.nodes, student: columns(.student), teacher: columns(.teacher)))
    }.max() ?? 0
  }
}

extension ModelConfig {
  /// The columns at a tap; 0 where that is not known from the name.
  fileprivate func columns(at tap: String, on data: DataSizes) -> Double {
    let widths = architecture.settings.hiddenColumns
    if tap == Tap.logits.name { return Double(data.labels) }
    let place = widths.indices.first {
      tap == Tap.hidden($0).name || tap == Tap.activated($0).name
    }
    return place.map { Double(widths[$0]) } ?? 0
  }
}

// Objectives over pairs of nodes work in panels of 512 rows against all chosen nodes; what is counted
// here lies in memory at once.

extension GSPConfig {
  package func workingNumbers(_ sizes: ObjectiveSizes) -> Double {
    let chosen = min(sizes.nodes, maxSamples.map(Double.init) ?? .infinity)
    let isCopied = chosen < sizes.nodes || kernel.settings.nodeKernel.normalizes
    // A panel of the student's similarities, of the teacher's and of their gap; the gradient of the
    // features; both features where they are chosen or scaled.
    return 3 * min(512, chosen) * chosen + chosen * sizes.student
      + (isCopied ? chosen * (sizes.student + sizes.teacher) : 0)
  }
}

extension GCRDConfig {
  package func workingNumbers(_ sizes: ObjectiveSizes) -> Double {
    let chosen = min(sizes.nodes, maxSamples.map(Double.init) ?? .infinity)
    // A panel of logits; both projected features and their gradients.
    return min(512, chosen) * chosen + 4 * chosen * Double(width)
  }
}

extension MMDConfig {
  package func workingNumbers(_ sizes: ObjectiveSizes) -> Double {
    let chosen = min(sizes.nodes, maxSamples.map(Double.init) ?? .infinity)
    // Both features scaled and the student's gradient; the gradients of the kernels of channels.
    return chosen * (2 * sizes.student + sizes.teacher)
      + sizes.student * (sizes.student + sizes.teacher)
  }
}
