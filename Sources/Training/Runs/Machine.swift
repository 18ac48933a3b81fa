import CProcess
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

  /// What the processor can do, as /proc/cpuinfo has it: "avx2", "avx512f", ...
  package static var processorFlags: Set<Substring> {
    Set((value(of: "flags", separator: ":", in: "/proc/cpuinfo") ?? "").split(separator: " "))
  }

  /// What to do where OpenBLAS works with kernels for a processor of long ago, because it was told to or
  /// because the program, which would start itself again with better ones, could not; nil elsewhere.
  ///
  /// - Parameters:
  ///   - kernels: The name of the kernels that it took.
  ///   - flags: What the processor can do.
  package static func adviceOnKernels(_ kernels: String, flags: Set<Substring>) -> String? {
    let wide: [Substring] = ["avx512f", "avx512bw", "avx512cd", "avx512dq", "avx512vl"]
    guard
      let better = cp_better_kernels(
        kernels, ["avx2", "fma"].allSatisfy(flags.contains) ? 1 : 0,
        wide.allSatisfy(flags.contains) ? 1 : 0
      ).map({ String(cString: $0) })
    else { return nil }
    return
      """
      OpenBLAS takes its kernels for \(kernels) on this processor, which are several times slower than \
      it can be; set OPENBLAS_CORETYPE=\(better) in the environment (the last bits \
      of results are then others)
      """
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
