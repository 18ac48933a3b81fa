import Records

extension ExperimentConfig {
  /// Objectives that read a model which is not trained by then, or a feature that a model lacks.
  package var referenceInconsistencies: [Inconsistency] {
    var found: [Inconsistency] = []
    for (position, student) in models.enumerated() {
      for objective in student.objectives {
        let settings = objective.kind.settings
        let path = "models.\(student.name).objectives.\(objective.name)"
        let earlier = models[..<position].filter { $0.group == nil || $0.group != student.group }
        var teacher: ModelConfig?
        if let name = settings.teacher?.name {
          teacher = earlier.first { $0.name == name }
          if teacher == nil {
            let message = missingTeacher(name, student: student, earlier: earlier.map(\.name))
            found.append(Inconsistency(key: "\(path).teacher", message: message))
          }
        }
        let before = found.count
        for use in settings.taps {
          guard let model = use.reads == .student ? student : teacher else { continue }
          guard let message = problem(with: use, of: model) else { continue }
          found.append(Inconsistency(key: "\(path).\(use.key)", message: message))
        }
        if let problem = edgelessProblem(settings, student: student, teacher: teacher) {
          found.append(
            Inconsistency(key: "\(path).\(problem.key)", message: problem.message))
        }
        if found.count == before, let teacher,
          let features = (settings as? any FeatureObjectiveSettings)?.features,
          let message = rowsDiffer(features, student: student, teacher: teacher)
        {
          found.append(Inconsistency(key: "\(path).teacherTap", message: message))
        }
      }
    }
    return found
  }

  /// Why a model has not the feature that is read, or not as it is wanted.
  private func problem(with use: TapUse, of model: ModelConfig) -> String? {
    let taps = model.architecture.taps
    guard taps.contains(use.tap) else {
      return "the model \"\(model.name)\" has no tap \"\(use.tap)\" "
        + "(its taps: \(taps.joined(separator: ", ")))"
    }
    guard model.architecture.settings.pooledTaps.contains(use.tap) else { return nil }
    let tap = "the tap \"\(use.tap)\" of the model \"\(model.name)\""
    let advice = "it is behind the readout, with one row a graph; take a tap before it"
    if use.needsEdges { return "compares edges, and \(tap) has none: \(advice)" }
    return use.needsNodes.map {
      "reads the nodes of graphs: \($0). And \(tap) has none: \(advice)"
    }
  }

  /// Edges are compared on the union of the graphs of two features, which has none where both live on
  /// the data's graphs and these have none.
  private func edgelessProblem(
    _ settings: any ObjectiveSettings, student: ModelConfig, teacher: ModelConfig?
  ) -> Inconsistency? {
    guard let source = data.source, source.labelsGraphs, source.sizes(data)?.edges == 0 else {
      return nil
    }
    let advice =
      "the graphs of \(source.name) have no edges, and nothing would be compared; take a feature on a "
      + "graph that a network builds: points, layers.0, hidden.0, ... of a dgcnn"
    if settings is AlignaheadConfig {
      let group = models.filter { $0.group != nil && $0.group == student.group }
      return group.contains { $0.architecture.settings.buildsGraphs }
        ? nil : Inconsistency(key: "type", message: advice)
    }
    guard let teacher else { return nil }
    let uses = settings.taps.filter(\.needsEdges)
    func live(_ use: TapUse, _ model: ModelConfig) -> Bool {
      let architecture = model.architecture
      return !architecture.taps.contains(use.tap)
        || architecture.settings.pooledTaps.contains(use.tap)
        || architecture.settings.tapsOnBuiltGraphs.contains(use.tap)
    }
    let pairs = zip(uses.filter { $0.reads == .student }, uses.filter { $0.reads == .teacher })
    for (own, other) in pairs where !live(own, student) && !live(other, teacher) {
      return Inconsistency(
        key: own.key,
        message: "compares edges, but neither \"\(own.tap)\" nor the teacher's \"\(other.tap)\" "
          + "lives on a graph of its own: \(advice)")
    }
    return nil
  }

  /// Why two features cannot be compared row by row: one is of graphs, the other of nodes.
  private func rowsDiffer(
    _ features: FeaturePairConfig, student: ModelConfig, teacher: ModelConfig
  ) -> String? {
    func isPooled(_ model: ModelConfig, _ tap: String) -> Bool? {
      model.architecture.taps.contains(tap)
        ? model.architecture.settings.pooledTaps.contains(tap) : nil
    }
    guard let own = isPooled(student, features.studentTap),
      let other = isPooled(teacher, features.teacherTap), own != other
    else { return nil }
    let rows = ["node", "graph"]
    return "has one row a \(rows[other ? 1 : 0]), but the student's "
      + "\"\(features.studentTap)\" has one a \(rows[own ? 1 : 0]); take two taps before the readout, or "
      + "two behind it"
  }

  private func missingTeacher(_ name: String, student: ModelConfig, earlier: [String]) -> String {
    let available =
      earlier.isEmpty
      ? "(no model is trained before \"\(student.name)\")"
      : "(trained before \"\(student.name)\": \(earlier.joined(separator: ", ")))"
    if models.contains(where: { $0.name == name }) {
      return "the model \"\(name)\" is not trained before \"\(student.name)\" \(available)"
    }
    let hint = NearestName.hint(for: name, among: earlier)
    return "there is no model \"\(name)\"\(hint) \(available)"
  }
}
