import Records

extension ExperimentConfig {
  /// The models in the order of their training: those of a group, which train together, as one list,
  /// every other model alone.
  package var groups: [[ModelConfig]] {
    var groups: [[ModelConfig]] = []
    for model in models {
      if let group = model.group, groups.last?.last?.group == group {
        groups[groups.count - 1].append(model)
      } else {
        groups.append([model])
      }
    }
    return groups
  }

  /// Groups whose models do not stand together or are trained differently, and objectives that want
  /// peers which are not there or do not fit.
  package var groupInconsistencies: [Inconsistency] {
    let groups = groups
    var found: [Inconsistency] = []
    if let name = firstDuplicate(of: groups.compactMap { $0[0].group }) {
      let message = "the models of the group \"\(name)\" do not stand one after the other"
      found.append(Inconsistency(key: "models", message: message))
    }
    for group in groups {
      for student in group {
        let path = "models.\(student.name)"
        if let difference = student.training.differs(from: group[0].training) {
          let message =
            "differs from that of \"\(group[0].name)\", beside which the model is trained"
          found.append(Inconsistency(key: "\(path).training.\(difference)", message: message))
        }
        if student.graph != group[0].graph {
          let message =
            "found \"\(student.graph.rawValue)\", but \"\(group[0].name)\", beside which the model "
            + "is trained, has the \(group[0].graph.rawValue) graph"
          found.append(Inconsistency(key: "\(path).graph", message: message))
        }
        if student.training.turns == .batch, group.count == 1 {
          let message = "found \"batch\", but no other model is trained beside this one"
          found.append(Inconsistency(key: "\(path).training.turns", message: message))
        }
        found += peerInconsistencies(of: student, in: group, path)
      }
    }
    return found
  }

  private func peerInconsistencies(
    of student: ModelConfig, in group: [ModelConfig], _ path: String
  ) -> [Inconsistency] {
    student.objectives.compactMap { objective -> Inconsistency? in
      guard let settings = objective.kind.settings as? any PeerObjectiveSettings else {
        return nil
      }
      let place = "\(path).objectives.\(objective.name)"
      let peers = group.filter { $0.name != student.name }
      if peers.isEmpty {
        return Inconsistency(
          key: place,
          message: "learns from the students of its group, and \"\(student.name)\" has none beside "
            + "it; give the model a \"count\" of 2 or more, or other models the same \"group\"")
      }
      return peers.lazy.compactMap {
        settings.problem(student: student.asMember, peer: $0.asMember)
      }.first.map {
        Inconsistency(key: "\(place).\($0.key)", message: $0.message)
      }
    }
  }
}

extension TrainingConfig {
  /// The first setting that models of one group must share and do not.
  fileprivate func differs(from other: TrainingConfig) -> String? {
    if epochs != other.epochs { return "epochs" }
    return turns == other.turns ? nil : "turns"
  }
}

extension ModelConfig {
  /// The number of hidden layers.
  package var hiddenCount: Int { architecture.settings.hidden.count }
}
