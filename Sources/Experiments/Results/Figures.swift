import Foundation

/// Figures as people read them.
enum Figures {
  /// A metric over seeds: "97.33", or "97.33 ± 0.12" where there are several; scores in percent.
  static func metric(_ summary: MetricSummary, named name: String) -> String {
    let isLoss = name == "loss"
    let scale = isLoss ? 1.0 : 100.0
    let digits = isLoss ? 4 : 2
    let mean = fixed(summary.mean * scale, digits: digits)
    guard summary.values.count > 1 else { return mean }
    return "\(mean) ± \(fixed(summary.std * scale, digits: digits))"
  }

  /// A number with so many digits after the point; "nan" and "inf" as they are.
  static func fixed(_ value: Double, digits: Int) -> String {
    String(format: "%.\(digits)f", value)
  }

  /// A share in percent, two digits, rounded down.
  static func percentFloor(_ share: Double) -> String {
    // The small term keeps shares such as 0.9565 from falling below their own two digits.
    fixed((share * 10_000 + 1e-6).rounded(.down) / 100, digits: 2)
  }

  /// Digits in groups of three: "3,640,748".
  static func grouped(_ value: Int) -> String {
    var text = ""
    for (index, digit) in String(value).reversed().enumerated() {
      if index > 0, index % 3 == 0, digit != "-" { text.append(",") }
      text.append(digit)
    }
    return String(text.reversed())
  }

  /// A span of time, coarse: "8 s", "12 min", "3 h 05 min".
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 1e9 else { return "?" }
    let whole = Int(max(0, seconds).rounded())
    if whole < 100 { return "\(whole) s" }
    let minutes = (whole + 30) / 60
    if minutes < 100 { return "\(minutes) min" }
    return "\(minutes / 60) h \(String(format: "%02d", minutes % 60)) min"
  }
}
