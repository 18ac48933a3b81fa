import Foundation

/// What a run is made on.
package enum Machine {
  /// The operating system's name and its kernel's.
  package static var system: String {
    let release = value(of: "PRETTY_NAME", separator: "=", in: "/etc/os-release")
    var names = utsname()
    guard uname(&names) == 0 else {
      return release ?? ProcessInfo.processInfo.operatingSystemVersionString
    }
    let kernel = [text(&names.sysname), text(&names.release), text(&names.machine)]
    return ([release].compactMap { $0 } + [kernel.joined(separator: " ")]).joined(separator: ", ")
  }

  /// The name of this machine in its network, or "unknown".
  package static var host: String {
    var names = utsname()
    return uname(&names) == 0 ? text(&names.nodename) : "unknown"
  }

  /// The processor's name, or "unknown".
  package static var processor: String {
    value(of: "model name", separator: ":", in: "/proc/cpuinfo") ?? "unknown"
  }

  private static func value(of key: String, separator: Character, in file: String) -> String? {
    // The files exist on Linux alone; elsewhere nil is the answer.
    guard let content = try? String(contentsOfFile: file, encoding: .utf8) else { return nil }
    for line in content.split(separator: "\n") {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2, parts[0].trimmingCharacters(in: .whitespaces) == key else { continue }
      return parts[1].trimmingCharacters(in: CharacterSet(charactersIn: " \t\""))
    }
    return nil
  }

  private static func text<Characters>(_ characters: inout Characters) -> String {
    withUnsafeBytes(of: &characters) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
