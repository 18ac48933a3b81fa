import Records
import Tensor

/// A figure over seeds.
package struct MetricSummary: Equatable {
  /// One value a seed.
  package let values: [Double]

  package init(values: [Double]) {
    self.values = values
  }

  /// The arithmetic mean; NaN where there are no values.
  package var mean: Double { values.reduce(0, +) / Double(values.count) }

  /// The sample standard deviation, sqrt(sum (x - mean)^2 / (n - 1)); 0 for a single value.
  package var std: Double {
    guard values.count > 1 else { return 0 }
    let mean = mean
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (squares / Double(values.count - 1)).squareRoot()
  }

  /// `{"values": [...], "mean": ..., "std": ...}`; what is not a finite number is null.
  package var json: JSONValue {
    ["values": .array(values.map(JSONValue.real)), "mean": .real(mean), "std": .real(std)]
  }
}
