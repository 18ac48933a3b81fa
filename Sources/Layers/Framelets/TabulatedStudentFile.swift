import Tensor

// Tables as named tensors: for layer k "tables.k.low", "high", "lowScores", "highScores",
// "features.weight", "attention.weight", "classifier.weight" where it has one, and biases beside the
// weights where there are; in the metadata "tables", the number of layers, and for each
// "tables.k.rectified" and "tables.k.scored".

extension TabulatedStudent {
  /// Adds the tables to a file.
  public func store(in file: inout SafetensorsFile) {
    file.metadata["tables"] = String(layers.count)
    for (k, layer) in layers.enumerated() {
      let prefix = "tables.\(k)"
      file.set(layer.low, named: "\(prefix).low")
      file.set(layer.high, named: "\(prefix).high")
      file.set(layer.lowScores, named: "\(prefix).lowScores")
      file.set(layer.highScores, named: "\(prefix).highScores")
      for (name, map) in [
        ("features", layer.features), ("attention", layer.attention),
        ("classifier", layer.classifier),
      ] {
        guard let map else { continue }
        file.set(map.weight, named: "\(prefix).\(name).weight")
        if let bias = map.bias { file.set(bias, named: "\(prefix).\(name).bias") }
      }
      file.metadata["\(prefix).rectified"] = String(layer.rectified)
      file.metadata["\(prefix).scored"] = layer.scored.rawValue
    }
  }

  /// The tables of a file.
  ///
  /// - Throws: ``TabulationError/malformed(_:)`` for tables that do not fit together,
  ///   `SafetensorsError` for tensors that are missing.
  public init(from file: SafetensorsFile) throws {
    guard let count = file.metadata["tables"].flatMap(Int.init), count >= 1 else {
      throw TabulationError.malformed("its metadata do not say how many there are (\"tables\")")
    }
    let layers = try (0..<count).map { try TabulatedLayer<S>(from: file, prefix: "tables.\($0)") }
    for (k, layer) in layers.enumerated() {
      guard layer.isFinite else {
        throw TabulationError.malformed("tables.\(k) holds what is infinite or not a number")
      }
      let width = k == 0 ? layer.features.weight.rows : layers[k - 1].low.columns
      guard layer.fits(nodes: layers[0].low.rows, inputWidth: width) else {
        throw TabulationError.malformed("the sizes of tables.\(k) do not fit each other")
      }
    }
    self.init(layers: layers)
  }
}

extension TabulatedLayer {
  fileprivate init(from file: SafetensorsFile, prefix: String) throws {
    func map(_ name: String) throws -> Map {
      let bias = "\(prefix).\(name).bias"
      return Map(
        weight: try file.matrix(named: "\(prefix).\(name).weight"),
        bias: file.tensors[bias] == nil ? nil : try file.matrix(named: bias))
    }
    guard let rectified = file.metadata["\(prefix).rectified"].flatMap(Bool.init),
      let scored = file.metadata["\(prefix).scored"].flatMap(FMLPScoredBranch.init)
    else {
      throw TabulationError.malformed(
        "its metadata lack \"\(prefix).rectified\" or \"\(prefix).scored\"")
    }
    self.init(
      low: try file.matrix(named: "\(prefix).low"), high: try file.matrix(named: "\(prefix).high"),
      lowScores: try file.matrix(named: "\(prefix).lowScores"),
      highScores: try file.matrix(named: "\(prefix).highScores"), features: try map("features"),
      attention: try map("attention"),
      classifier: file.tensors["\(prefix).classifier.weight"] == nil ? nil : try map("classifier"),
      rectified: rectified, scored: scored)
  }

  fileprivate var isFinite: Bool {
    let maps = [features, attention] + (classifier.map { [$0] } ?? [])
    return [low, high, lowScores, highScores].allSatisfy(\.isFinite)
      && maps.allSatisfy { $0.weight.isFinite && $0.bias?.isFinite ?? true }
  }

  fileprivate func fits(nodes: Int, inputWidth: Int) -> Bool {
    func has(_ matrix: Matrix<S>?, _ rows: Int, _ columns: Int) -> Bool {
      matrix.map { $0.rows == rows && $0.columns == columns } ?? true
    }
    let hidden = features.weight.columns
    return has(features.weight, inputWidth, hidden) && has(features.bias, 1, hidden)
      && has(attention.weight, hidden, 1) && has(attention.bias, 1, 1)
      && has(classifier?.weight, hidden, low.columns) && has(classifier?.bias, 1, low.columns)
      && (classifier != nil || low.columns == hidden)
      && has(low, nodes, low.columns) && has(high, nodes, low.columns)
      && has(lowScores, nodes, 1) && has(highScores, nodes, 1)
  }
}
