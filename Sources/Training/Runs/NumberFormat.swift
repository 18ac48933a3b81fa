import Foundation
import Records

/// Numbers as people read them.
package enum NumberFormat {
  /// A metric over seeds: "97.33", or "97.33 ± 0.12" where there are several; shares in percent.
  package static func metric(_ summary: MetricSummary, named name: String) -> String {
    let isShare = Registries.metrics.isShare(name)
    let scale = isShare ? 100.0 : 1.0
    let digits = isShare ? 2 : 4
    let mean = fixed(summary.mean * scale, digits: digits)
    guard summary.values.count > 1 else { return mean }
    return "\(mean) ± \(fixed(summary.std * scale, digits: digits))"
  }

  /// A score as it stands in a line of progress: a share with four digits after the point, any other
  /// number with five that count: "0.8123", "1284.7", "3.1e-07".
  package static func score(_ value: Double, named name: String) -> String {
    Registries.metrics.isShare(name) ? fixed(value, digits: 4) : String(format: "%.5g", value)
  }

  /// A difference of scores: in percentage points, or as a number where the metric is no share.
  package static func difference(_ value: Double, named name: String) -> String {
    Registries.metrics.isShare(name) ? points(value) : String(format: "%+.5g", value)
  }

  /// An interval of differences, likewise: "[-0.10, +1.70]".
  package static func difference(_ interval: ClosedRange<Double>, named name: String) -> String {
    let ends = [interval.lowerBound, interval.upperBound].map { difference($0, named: name) }
    return "[\(ends.joined(separator: ", "))]"
  }

  /// A number with so many digits after the point; "nan" and "inf" as they are.
  package static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// A share in percent, two digits, rounded to the nearest; what is less than all never reads as
  /// 100.00.
  package static func percent(_ share: Double) -> String {
    fixed(share < 1 ? min(share * 100, 99.99) : share * 100, digits: 2)
  }

  /// A share in percent without needless digits: "60", "33.33".
  package static func share(_ share: Double) -> String {
    JSONValue.real((share * 10_000).rounded() / 100).compactText
  }

  /// A difference of scores in percentage points, with its sign: "+0.80", "-1.25", "0.00".
  package static func points(_ difference: Double) -> String {
    let text = String(format: "%+.2f", difference * 100)
    return text.dropFirst() == "0.00" ? "0.00" : text
  }

  /// A probability, three digits: "0.031", "< 0.001".
  package static func probability(_ p: Double) -> String {
    p < 0.001 ? "< 0.001" : fixed(p, digits: 3)
  }

  /// Digits in groups of three: "3,640,748".
  package static func grouped(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A span of time, coarse: "8 s", "12 min", "3 h 05 min".
  package static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 100 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    if minutes < 100 { return "\(minutes) min" }
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }
}
