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
        for use in settings.taps {
          guard let model = use.reads == .student ? student : teacher else { continue }
          let taps = model.architecture.taps
          guard !taps.contains(use.tap) else {
            if use.needsEdges, model.architecture.settings.pooledTaps.contains(use.tap) {
              let message =
                "compares edges, and the tap \"\(use.tap)\" of the model \"\(model.name)\" has "
                + "none: it is behind the readout, with one row a graph; take a tap before it"
              found.append(Inconsistency(key: "\(path).\(use.key)", message: message))
            }
            continue
          }
          let message =
            "the model \"\(model.name)\" has no tap \"\(use.tap)\" "
            + "(its taps: \(taps.joined(separator: ", ")))"
          found.append(Inconsistency(key: "\(path).\(use.key)", message: message))
        }
      }
    }
    return found
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
